"""What the service promises, where that is kept, what holds it, and a fault that would break it: docs/guarantees.md.

Every rule of safety and every invariant of docs/law.md has its line. Its fault is planted by test_guarantees.py, one
at a time, and the test that stands first must notice.
"""

import re
import sys
from dataclasses import dataclass

from tests.planted import ROOT, plant


@dataclass(frozen=True, slots=True)
class Fault:
    """A text that stands once in a file, and what is put in its place; `means` says what that would do."""

    file: str
    was: str
    now: str
    means: str


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A rule by its anchor in docs/law.md; `tests` as file::name below tests/, the one that notices `fault` first."""

    rule: str
    fault: Fault
    tests: tuple[str, ...]


_ROUTED = "rules/verdict.py"

GUARANTEES: tuple[Guarantee, ...] = (
    Guarantee(
        "safety-1",
        Fault(
            "rules/registration.py",
            "if piece.status in KINDS[document.kind].in_effect:",
            "if piece.status:",
            "a draft counts as registered",
        ),
        (
            "rules/test_registration.py::test_safety_1_a_draft_read_back_is_not_registered_and_is_signed_again_at_the_probes_pace",
            "story/test_02_registered_held_and_told.py::test_safety_1_success_is_told_only_when_the_piece_is_signed_by_all_and_read_back",
        ),
    ),
    Guarantee(
        "safety-2",
        Fault(
            "rules/antecedents.py",
            "stands = registered and antecedent.bnmp_status in row.statuses",
            "stands = registered",
            "what is registered counts, whatever BNMP shows of it",
        ),
        (
            "rules/test_prerequisites.py::test_a_row_is_satisfied_by_its_status_and_says_what_is_missing_for_any_other",
            "rules/test_antecedents_of_any_kind.py::test_safety_2_each_standing_of_an_antecedent_has_its_own_consequence",
            "story/test_02_registered_held_and_told.py::test_safety_2_a_registered_mandado_does_not_yet_carry_an_alvara",
        ),
    ),
    Guarantee(
        "safety-3",
        Fault(
            "rules/registration.py",
            "AnswerClass.REFUSED: _holding(Reason.REFUSED_BY_BNMP),",
            "AnswerClass.REFUSED: _throttled,",
            "what BNMP refused is sent again and again, and nobody is told",
        ),
        (
            "rules/test_registration.py::test_a_refusal_is_held_with_a_remedy_until_new_data_comes_and_is_no_outage",
            "story/test_02_registered_held_and_told.py::test_safety_3_what_bnmp_refuses_is_held_and_goes_with_new_data",
        ),
    ),
    Guarantee(
        "safety-4",
        Fault(
            "rules/escalation.py",
            "_TOLD = (Role.CHEFE_DE_CARTORIO, Role.MAGISTRADO)",
            "_TOLD = (Role.CHEFE_DE_CARTORIO, Role.CHEFE_DE_CARTORIO)",
            "the judge is never told that a release is held",
        ),
        (
            "rules/test_escalation.py::test_safety_4_the_unit_is_told_at_once_the_chefe_after_30_minutes_the_judge_after_2_hours",
            "story/test_02_registered_held_and_told.py::test_safety_4_a_release_that_is_held_is_told_to_the_unit_then_the_chefe_then_the_judge",
            "flow/test_clock.py::test_safety_4_the_clock_tells_the_chefe_then_the_judge_that_a_release_is_held",
        ),
    ),
    Guarantee(
        "safety-5",
        Fault(
            _ROUTED,
            "if document.released_by_judge or not needs_judges_release(document.kind):",
            "if document.kind:",
            "an order that a clerk released goes like a judge's",
        ),
        (
            "rules/test_contingency.py::test_safety_5_what_no_judge_released_is_no_order_link_up_or_down",
            "rules/test_access.py::test_safety_5_a_doubt_never_holds_a_release_and_is_told_once",
            "story/test_05_access_and_authority.py::test_safety_5_a_stale_row_never_holds_a_release_nor_what_it_waits_for",
        ),
    ),
    Guarantee(
        "safety-6",
        Fault(
            _ROUTED,
            "if effect(document.kind) is not Effect.ARREST or not any(one.dead_letters for one in _same(document, seen)):",
            "if effect(document.kind) is Effect.ARREST or not any(one.dead_letters for one in _same(document, seen)):",
            "a dead letter lets mandados pass that its record may have ended",
        ),
        (
            "rules/test_queue.py::test_safety_6_a_dead_letter_holds_mandados_but_not_releases_nor_what_their_chain_needs",
            "story/test_02_registered_held_and_told.py::test_safety_6_a_wrong_field_holds_and_an_unreadable_record_stops_mandados_and_no_release",
        ),
    ),
    Guarantee(
        "safety-7",
        Fault(_ROUTED, "if document.institutional:", "if document.kind:", "a model that does not communicate is sent"),
        (
            "rules/test_decisions.py::test_safety_3_only_a_foreign_case_is_rejected_and_a_model_of_ones_own_is_told_what_to_do",
            "story/test_02_registered_held_and_told.py::test_safety_7_a_model_that_does_not_communicate_is_told_with_what_to_do_instead",
        ),
    ),
    Guarantee(
        "safety-8",
        Fault(
            "rules/urgency.py",
            "return PRIORITY_LIBERTY",
            "return KINDS[document.kind].priority",
            "what a release waits for keeps a mandado's place",
        ),
        (
            "rules/test_antecedents.py::test_safety_8_what_a_release_waits_for_inherits_its_place_also_in_flight",
            "story/test_03_order.py::test_safety_8_what_a_release_waits_for_goes_before_an_older_mandado",
        ),
    ),
    Guarantee(
        "safety-9",
        Fault(
            "ledger/leases.py",
            "if row is None or self.is_at_work({person, *same}, grace):",
            "if row is None:",
            "two processes work on one person",
        ),
        (
            "ledger/test_leases_and_cursors.py::test_a_person_has_one_holder_even_when_two_ask_at_once",
            "ledger/test_merges.py::test_safety_9_who_is_the_same_person_has_one_claim",
            "story/test_03_order.py::test_safety_9_of_one_person_never_two_requests_are_under_way",
        ),
    ),
    Guarantee(
        "safety-10",
        Fault(
            "rules/chain.py",
            "return fine and not (its.missing or _stands(document, dossier))",
            "return fine and not its.missing",
            "a chain starts although one of its links is held",
        ),
        (
            "rules/test_queue.py::test_safety_10_nothing_of_a_chain_starts_while_one_link_is_held",
            "rules/test_queue.py::test_safety_10_a_broken_chain_is_an_incident_for_the_judge",
            "story/test_03_order.py::test_safety_10_nothing_of_a_chain_starts_while_a_link_is_missing",
        ),
    ),
    Guarantee(
        "safety-11",
        Fault(_ROUTED, '    ("safety-11", _not_alone),\n', "", "a mandado is sent although a release reaches it"),
        (
            "rules/test_antecedents.py::test_safety_11_a_mandado_whose_release_was_refused_waits_for_the_judge",
            "story/test_03_order.py::test_safety_11_a_mandado_goes_only_with_the_contramandado_that_reaches_it",
        ),
    ),
    Guarantee(
        "safety-12",
        Fault(
            "rules/registration.py",
            "    if said.event is not Event.GO:\n",
            "    if said.event is Event.REJECT:\n",
            "nobody looks before the last signature",
        ),
        (
            "rules/test_queue.py::test_safety_12_a_release_that_comes_meanwhile_stops_the_mandado_before_its_last_signature",
            "flow/test_lanes.py::test_a_release_that_arrives_while_its_mandado_is_under_way_stops_it_before_the_last_signature",
            "story/test_03_order.py::test_safety_12_a_release_in_the_history_of_parties_stops_a_mandado_on_its_way",
        ),
    ),
    Guarantee(
        "safety-13",
        Fault(
            "rules/staleness.py",
            "document.valid_until < today",
            "document.valid_until > today",
            "a mandado past its validity is sent by itself",
        ),
        (
            "rules/test_queue.py::test_safety_13_a_mandado_that_waited_past_its_validity_goes_to_the_judge_unless_a_chain_needs_it",
            "story/test_03_order.py::test_safety_13_a_mandado_that_grew_old_in_the_outage_goes_to_the_judge",
        ),
    ),
    Guarantee(
        "safety-14",
        Fault(
            "ledger/due.py",
            "order_by(document.c.priority, document.c.since)",
            "order_by(document.c.since, document.c.priority)",
            "what waited longest goes first, whatever it is",
        ),
        (
            "ledger/test_outbox_and_link.py::test_what_waits_for_the_link_is_listed_liberty_first",
            "story/test_03_order.py::test_safety_14_when_the_link_is_back_a_release_goes_before_what_waited_longer",
        ),
    ),
    Guarantee(
        "safety-15",
        Fault(
            "rules/contingency.py",
            "dossier.now - link.last_failed_at > timedelta(seconds=dossier.windows.evidence)",
            "False",
            "a failure of long ago permits contingency",
        ),
        (
            "rules/test_contingency.py::test_safety_15_a_stale_failure_is_no_evidence_and_one_fresh_attempt_is_made",
            "rules/test_contingency.py::test_safety_15_attempts_of_an_earlier_unavailability_are_no_evidence_of_this_one",
        ),
    ),
    Guarantee(
        "safety-16",
        Fault(
            _ROUTED,
            "if consent is None or not asked_in_present_unavailability(consent.at, seen.dossier, failed_at):",
            "if consent is None:",
            "a SIM of another outage opens contingency",
        ),
        (
            "rules/test_contingency.py::test_safety_16_a_sim_given_before_the_present_unavailability_is_asked_again",
            "rules/test_contingency.py::test_safety_16_nao_means_not_now_and_a_later_sim_replaces_it",
            "story/test_05_access_and_authority.py::test_safety_16_a_judges_standing_order_opens_releases_at_night_and_no_mandado",
        ),
    ),
    Guarantee(
        "safety-17",
        Fault(
            "rules/doubt.py",
            "    event = Event.RETURN if document.opened else Event.HOLD\n    work.move(document, event, reason=reason",
            "    work.move(changed(document, opened_at=None), Event.HOLD, reason=reason",
            "an answer of BNMP takes back that a document was issued under contingency",
        ),
        (
            "rules/test_opened.py::test_safety_17_no_answer_takes_an_opened_document_back",
            "rules/test_totality.py::test_opened_documents_can_never_come_back_to_ready_or_held",
        ),
    ),
    Guarantee(
        "safety-18",
        Fault(
            _ROUTED,
            '    ("ROUTE-10", contingency),\n    ("ROUTE-5", _lacking(Reason.MISSING_DATA, lambda document, _: document.gaps)),\n',
            '    ("ROUTE-5", _lacking(Reason.MISSING_DATA, lambda document, _: document.gaps)),\n    ("ROUTE-10", contingency),\n',
            "a field that is missing keeps a release from being issued in an outage",
        ),
        (
            "rules/test_contingency.py::test_safety_18_a_gap_does_not_stop_contingency",
            "story/test_04_antecedents_and_authority.py::test_the_lawful_seven_may_be_opened_with_the_link_down_whatever_they_lack_and_no_other",
        ),
    ),
    Guarantee(
        "safety-19",
        Fault(
            "rules/dossier.py",
            'return self.cause != "OUR_MAINTENANCE"',
            "return True",
            "our own maintenance opens contingency",
        ),
        (
            "rules/test_contingency.py::test_safety_19_our_own_maintenance_offers_nothing_and_sends_nothing",
            "rules/test_forced_link.py::test_a_link_forced_up_ends_by_itself_within_the_hour_and_a_probe_says_what_is",
            "story/test_11_a_flapping_link.py::test_safety_19_a_flapping_link_offers_nothing_twice_and_loses_nothing",
        ),
    ),
    Guarantee(
        "safety-20",
        Fault(
            "rules/fitness.py",
            "        if len(self.refused) >= EVERYBODY:\n            return AnswerClass.ACCESS\n",
            "",
            "nobody hears that everybody is refused",
        ),
        (
            "rules/test_fitness.py::test_safety_20_three_users_with_nothing_but_refusals_are_everybody",
            "story/test_07_the_registry_and_its_moods.py::test_safety_20_everybody_refused_is_an_incident_and_no_contingency",
        ),
    ),
    Guarantee(
        "safety-21",
        Fault(
            "rules/breaker.py",
            "else replace(link, probe_at=now)",
            "else replace(link, state=LinkState.DOWN, probe_at=now)",
            "one user's failed test takes the link down for all",
        ),
        (
            "rules/test_forced_link.py::test_safety_21_a_users_failed_test_asks_for_one_probe_and_changes_nothing_else",
            "flow/test_clock.py::test_safety_21_a_failed_test_of_a_user_is_followed_by_one_probe_of_ours",
        ),
    ),
    Guarantee(
        "safety-22",
        Fault(
            "rules/identity.py",
            "return (ours.cpf, ours.data_nascimento, _plain(ours.nome_mae)) == (",
            "return (ours.cpf, theirs.data_nascimento, _plain(theirs.nome_mae)) == (",
            "a CPF alone makes two people one",
        ),
        (
            "rules/test_identity.py::test_whoever_differs_in_one_trait_is_for_the_unit_to_choose",
            "rules/test_registration.py::test_safety_22_nobody_is_created_beside_a_candidate",
            "flow/test_identity.py::test_safety_22_a_release_goes_under_the_rji_of_the_warrant_it_reaches",
        ),
    ),
    Guarantee(
        "safety-23",
        Fault(
            _ROUTED,
            '    ("safety-23", _merge_unconfirmed),\n',
            "",
            "a mandado is sent before it is known whose it is",
        ),
        (
            "rules/test_merges.py::test_safety_23_a_merge_holds_the_arrests_of_both_and_asks_who_survived",
            "flow/test_identity.py::test_safety_23_a_merge_from_command_to_registration",
            "ledger/test_merges.py::test_safety_23_a_merge_holds_both_and_its_confirmation_makes_them_one",
        ),
    ),
    Guarantee(
        "safety-24",
        Fault(
            "rules/antecedents.py",
            "if len(reached) != 1:",
            "if not reached:",
            "where several mandados may be meant all of them are",
        ),
        (
            "rules/test_antecedents.py::test_safety_24_two_mandados_of_the_case_are_listed_for_the_unit_and_neither_goes_alone",
            "story/test_04_antecedents_and_authority.py::test_safety_24_the_only_mandado_of_the_case_is_meant_and_among_two_the_unit_chooses",
        ),
    ),
    Guarantee(
        "safety-25",
        Fault(_ROUTED, '    ("safety-25", _variant_unknown),\n', "", "an alvará waits for a mandado that may not exist"),
        (
            "rules/test_antecedents.py::test_safety_25_an_alvara_without_variant_asks_the_unit_unless_the_mandado_is_fulfilled",
            "story/test_04_antecedents_and_authority.py::test_safety_25_an_alvara_without_variant_is_of_the_fulfilled_mandado_or_the_unit_is_asked",
        ),
    ),
    Guarantee(
        "safety-26",
        Fault(
            "rules/doubt.py",
            "elif last is AnswerClass.DUPLICATE:",
            "elif last is AnswerClass.CHAIN:",
            "what exists already, and is not found, is sent again for ever",
        ),
        (
            "rules/test_doubt.py::test_safety_26_exists_already_is_success_only_where_the_piece_is_found",
            "story/test_06_contingency.py::test_safety_26_what_somebody_registered_by_hand_is_found_and_not_made_again",
        ),
    ),
    Guarantee(
        "safety-27",
        Fault(
            "rules/doubt.py",
            "if reads < _window(work, document)[0]:",
            "if reads < 1:",
            "one reading that shows nothing, and the write is sent again",
        ),
        (
            "rules/test_doubt.py::test_safety_27_nothing_found_is_read_again_and_only_then_sent_again",
            "rules/test_twins.py::test_safety_27_a_warrant_that_was_sent_again_is_searched_for_after_an_hour_and_after_a_day",
            "story/test_07_the_registry_and_its_moods.py::test_annex_b_8_what_was_accepted_without_an_answer_is_found_and_not_sent_twice",
        ),
    ),
    Guarantee(
        "safety-28",
        Fault(
            "rules/authority.py",
            "if by.role not in _UNIT or by.unit not in units or by.acts_in_unit is False:",
            "if by.role not in _UNIT or by.acts_in_unit is False:",
            "any unit decides about any document",
        ),
        (
            "rules/test_authority.py::test_safety_28_who_is_of_another_unit_decides_nothing",
            "ledger/test_access.py::test_safety_28_a_role_that_was_typed_is_not_believed",
            "story/test_04_antecedents_and_authority.py::test_safety_28_only_the_competent_unit_decides_and_a_release_is_its_judges",
        ),
    ),
    Guarantee(
        "safety-29",
        Fault(
            "rules/withdrawals.py",
            "if document.opened or (document.released and reason != DO_NOT_SEND):",
            "if document.opened:",
            "a mandado that police may hold on paper is simply forgotten",
        ),
        (
            "rules/test_withdrawals.py::test_safety_29_a_mandado_released_in_the_case_ends_only_by_contramandado_and_waits_for_it",
            "story/test_04_antecedents_and_authority.py::test_safety_29_a_mandado_released_in_the_case_is_not_sent_either_until_its_contramandado_comes",
        ),
    ),
    Guarantee(
        "safety-30",
        Fault(
            "rules/certificate.py",
            "status: CertificateStatus = CertificateStatus.PENDING_RELEASE",
            "status: CertificateStatus = CertificateStatus.RELEASED",
            "a certidão counts as released before SAJ has signed it",
        ),
        (
            "rules/test_certificates.py::test_safety_30_the_certidao_names_number_person_instant_reason_and_signer",
            "story/test_04_antecedents_and_authority.py::test_safety_30_a_certidao_names_who_said_sim_and_waits_for_sajs_release",
        ),
    ),
    Guarantee(
        "I1",
        Fault(
            "ledger/batches.py",
            "    if gaps and found:\n        raise GapError(found)\n",
            "",
            "records that Kafka left out of a batch are passed over",
        ),
        (
            "ledger/test_arrivals.py::test_a_gap_before_or_within_a_batch_writes_nothing",
            "ledger/test_unprocessable.py::test_a_record_that_cannot_be_processed_is_a_dead_letter_and_the_others_are_taken",
            "system/test_kill.py::test_a_planted_loss_is_found",
        ),
    ),
    Guarantee(
        "I2",
        Fault(
            "rules/registration.py",
            '        doubt(work, document, "lease taken over")\n',
            '        work.move(document, Event.GO, doing=None, detail="lease taken over")\n',
            "what a dead process may have written is written again unread",
        ),
        (
            "flow/test_lanes.py::test_a_write_whose_lane_died_is_read_before_it_is_sent_again",
            "flow/test_any_order_any_fault.py::test_whatever_happens_nothing_is_lost_doubled_or_let_go_alone",
            "system/test_kill.py::test_a_planted_double_is_found",
        ),
    ),
    Guarantee(
        "I3",
        Fault(
            "rules/registration.py",
            "    if seen.needs[document.document_id].waits and not only_reading_left(document):\n        return\n",
            "",
            "a link of a chain begins before the one that it stands on is in effect",
        ),
        (
            "rules/test_registration.py::test_a_lane_may_not_begin_twice_nor_before_what_is_waited_for",
            "rules/test_routing.py::test_route_7_with_the_link_up_nothing_goes_before_what_it_stands_on_which_takes_its_place",
            "system/test_kill.py::test_a_planted_disorder_is_found",
        ),
    ),
    Guarantee(
        "I4",
        Fault(
            _ROUTED,
            "if document.opened or not is_eligible(document.kind) or is_tried(document, link):",
            "if document.opened or is_tried(document, link):",
            "a kind that the law does not list is offered",
        ),
        (
            "rules/test_contingency.py::test_the_closed_list_a_certidao_is_never_offered",
            "rules/test_kinds.py::test_the_lawful_seven_are_eight_kinds_and_no_other_may_go_under_contingency",
            "story/test_06_contingency.py::test_annex_b_5_the_closed_list_goes_under_contingency_and_the_rest_waits_for_the_link",
        ),
    ),
    Guarantee(
        "I5",
        Fault(
            "rules/queue.py",
            "return begun, document.priority, issued, liberty, document.document_id",
            "return begun, 0, issued, liberty, document.document_id",
            "the oldest goes first, whatever it is",
        ),
        (
            "rules/test_queue.py::test_a_certidao_of_a_live_warrant_goes_before_an_older_mandado",
            "rules/test_queue.py::test_liberty_and_its_chain_go_before_what_came_earlier_and_nothing_comes_between",
            "flow/test_pace.py::test_the_most_urgent_goes_first_whenever_it_came_and_whatever_its_queue",
        ),
    ),
    Guarantee(
        "I6",
        Fault(
            _ROUTED,
            "if not chain.complete or document.document_id not in chain.members:",
            "if not chain.complete:",
            "a mandado goes beside the chain of the release that reaches it",
        ),
        (
            "rules/test_antecedents.py::test_ant_2_an_alvara_of_a_flagrante_needs_no_mandado_and_stops_the_one_it_names",
            "rules/test_merges.py::test_safety_11_a_release_of_the_one_stops_the_mandado_of_the_other_once_they_are_one",
            "flow/test_any_order_any_fault.py::test_whatever_happens_nothing_is_lost_doubled_or_let_go_alone",
        ),
    ),
    Guarantee(
        "I7",
        Fault(
            "ledger/arrivals.py",
            "        cursors.advance(connection, group, ends)\n",
            "",
            "the ledger does not know how far it has read",
        ),
        (
            "ledger/test_arrivals.py::test_a_batch_moves_its_cursors_and_says_what_became_of_it",
            "ledger/test_arrivals.py::test_a_batch_that_fails_leaves_nothing",
        ),
    ),
    Guarantee(
        "I8",
        Fault(
            "consumers/observing.py",
            "connected = answer.answer is not AnswerClass.CONNECTION and not unanswered",
            "connected = answer.answer not in (AnswerClass.CONNECTION, AnswerClass.ACCESS) and not unanswered",
            "refusals take the link down",
        ),
        (
            "story/test_02_registered_held_and_told.py::test_safety_5_another_hand_signs_where_the_first_may_not_and_the_link_stays_up",
            "bnmp/test_outages.py::test_a_refusal_of_the_person_is_no_outage",
            "story/test_07_the_registry_and_its_moods.py::test_annex_b_6_a_unit_without_access_holds_its_document_and_never_opens_contingency",
        ),
    ),
    Guarantee(
        "I9",
        Fault(
            "runtime/logs.py",
            "found = shape(value, self._secret) if shape is not None else None",
            "found = value",
            "whatever anybody gives a log line stands in the log",
        ),
        (
            "house/test_nothing_personal.py::test_no_event_tells_whom_it_is_about_whatever_its_keys_are_given",
            "house/test_nothing_personal.py::test_a_planted_leak_is_found",
            "schemas/test_read_properties.py::test_a_planted_name_and_cpf_in_every_place_are_in_no_detail",
        ),
    ),
    Guarantee(
        "I10",
        Fault(
            "ledger/chain_check.py",
            "elif code_after(before) != row.code:",
            "elif not row.code:",
            "what an entry tells can be changed and nobody sees it",
        ),
        (
            "ledger/test_chains.py::test_an_entry_that_was_edited_in_any_of_its_fields_is_named",
            "ledger/test_chains.py::test_an_entry_that_was_taken_out_is_named",
            "console/test_looking.py::test_revealing_a_person_is_signed_and_stays_on_record",
        ),
    ),
    Guarantee(
        "I11",
        Fault(
            "ledger/arrivals.py",
            "    if key in batch.claimed and key not in batch.unclaimed:\n",
            "    if key in batch.claimed or key in batch.unclaimed:\n",
            "an event that was seen before is taken as new",
        ),
        (
            "ledger/test_arrivals.py::test_the_same_event_again_is_counted_and_dropped",
            "ledger/test_arrivals.py::test_another_group_that_takes_everything_again_changes_nothing",
        ),
    ),
    Guarantee(
        "I12",
        Fault(
            _ROUTED,
            "    if any(chain.complete for chain in seen.chains_of(document.document_id)):\n        return None\n    return Verdict(Event.HOLD, Reason.DEAD_LETTER_AHEAD)\n",
            "    return Verdict(Event.HOLD, Reason.DEAD_LETTER_AHEAD)\n",
            "a dead letter holds the mandado without which a release cannot go",
        ),
        (
            "ledger/test_dead_letters.py::test_a_mandado_that_a_whole_liberty_chain_needs_is_not_held_by_a_dead_letter",
            "ledger/test_dead_letters.py::test_a_dead_letter_holds_the_persons_mandado_and_not_their_release",
        ),
    ),
)


def page() -> str:
    """docs/guarantees.md: a line for each, in the law's own words, with what holds it and what would break it."""
    law = (ROOT / "docs" / "law.md").read_text(encoding="utf-8")
    lines = [
        "# What is guaranteed, and what holds it",
        "",
        "Written by `make docs`; do not edit. Each rule of [law.md](law.md) that keeps a person from being wrongly held or",
        "arrested, and each invariant: where it is kept, a fault planted there, and the tests. The first of them is run with",
        "the fault in place by every `make test`, and must fail.",
        "",
        "| rule | kept in | the planted fault would mean | tests |",
        "|---|---|---|---|",
    ]
    for one in GUARANTEES:
        first = re.search(rf"^##+ {one.rule}\n(.+?)(?:\.\s|:\s|;\s|\n\n|\n#)", law, re.MULTILINE | re.DOTALL)
        told = " ".join(first.group(1).split()) if first else ""
        tests = "<br>".join(
            f"[{name.removeprefix('test_').replace('_', ' ')}](../tests/{file})"
            for file, _, name in (test.partition("::") for test in one.tests)
        )
        lines.append(
            f"| [{one.rule}](law.md#{one.rule.lower()}): {told} | `{one.fault.file}` | {one.fault.means} | {tests} |"
        )
    return "\n".join(lines) + "\n"


def ask(rule: str) -> int:
    """Plant the fault of a rule in this process and run the test that must notice; gives pytest's status."""
    import pytest  # noqa: PLC0415 (nothing of the house may be imported before the fault stands)

    one = next(one for one in GUARANTEES if one.rule == rule)
    path = ROOT / one.fault.file
    plant(path, path.read_text(encoding="utf-8").replace(one.fault.was, one.fault.now))
    alone = ["--noconftest"] if one.tests[0].startswith("rules/") else []
    return int(pytest.main([str(ROOT / "tests" / one.tests[0]), "-p", "no:xdist", "-q", "--no-header", "--tb=line", *alone]))


if __name__ == "__main__":
    sys.exit(ask(sys.argv[1]))
