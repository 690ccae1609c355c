"""What is said to the person at the counter, in Portuguese: who must act, and what to do.

No message reads as "do not free": a hold holds the national record, never the effect of the order
(docs/law.md safety-4).
"""

from collections.abc import Iterable

from rules.words import Reason, Role, State

HOLDS: dict[Reason, tuple[Role | None, str]] = {
    Reason.WAITING_ANTECEDENT: (None, "Aguarde: a peça antecessora está sendo registrada ou procurada no BNMP."),
    Reason.MISSING_ANTECEDENT: (Role.SERVIDOR, "Providencie a regularização do acervo: registre a peça antecessora."),
    Reason.WAITING_LINK: (
        None,
        "Aguarde o retorno da comunicação com o BNMP; o registro será feito sem nova ação.",
    ),
    Reason.AWAITING_CONSENT: (Role.SERVIDOR, "Tente novamente, faça o teste de comunicação ou responda SIM ou NÃO."),
    Reason.MISSING_DATA: (Role.SERVIDOR, "Complete os dados indicados."),
    Reason.ACCESS: (Role.MAGISTRADO, "Verifique a liberação pelo magistrado e o acesso do usuário ao BNMP (SCA/CNJ)."),
    Reason.DEAD_LETTER_AHEAD: (Role.OPERADOR, "Há mensagem ilegível desta pessoa: confirme com a unidade o que era."),
    Reason.DIVERGENCE: (Role.SERVIDOR, "Confira a situação da peça no BNMP: há divergência a reconciliar."),
    Reason.NEEDS_JUDGE: (Role.MAGISTRADO, "Decida se o mandado ainda deve ser registrado."),
    Reason.CHAIN_INCOMPLETE: (Role.SERVIDOR, "Complete o que falta para registrar em conjunto a ordem de liberdade."),
    Reason.ANTECEDENT_CYCLE: (Role.SERVIDOR, "As peças esperam umas pelas outras: corrija as antecessoras."),
    Reason.REFUSED_BY_BNMP: (Role.SERVIDOR, "O BNMP recusou os dados: corrija e envie novamente."),
    Reason.REGISTRY_FAULT: (Role.OPERADOR, "O BNMP respondeu com erro interno; nova tentativa a cada hora."),
    Reason.UNCERTAIN_OUTCOME: (
        Role.SERVIDOR,
        "Há mais de uma peça possível no BNMP: indique qual é a deste documento.",
    ),
}

# What is wrong with a signer's access, by the field; `where` says where access to the unit is asked.
_ASK = "o magistrado ou o chefe de cartório o solicita em {where}."
ACCESS: dict[str, str] = {
    "released_by": "O documento não foi liberado nos autos pelo magistrado: ainda não é ordem. Libere-o.",
    "role": "Quem assina na unidade {unit} não tem esse papel no cadastro: confira o usuário ou indique outro assinante.",
    "position": "O cargo de quem assina na unidade {unit} não confere com o cadastro: confira-o ou indique outro assinante.",
    "unit": f"Quem assina não tem acesso à unidade {{unit}} no BNMP: {_ASK}",
    "issued_on_duty": "Quem assinou não estava de plantão na unidade {unit} na data da expedição: confira a expedição.",
    "on_duty": "O plantão de quem assina na unidade {unit} não está em curso: indique outro assinante da unidade.",
    "sca_confirmed": f"Falta a confirmação no SCA/CNJ do acesso de quem assina na unidade {{unit}}: {_ASK}",
    "saj_authenticated": "Quem assina na unidade {unit} ainda não autenticou seus dados no SAJ (BNMP, Cadastro de Usuário).",
    "refused": f"O BNMP recusou o acesso de quem assina na unidade {{unit}}: {_ASK}",
    "credentials": f"Faltam as credenciais de quem assina na unidade {{unit}}: {_ASK}",
}
ACCESS_ASKED_AT = "Intranet, Corregedoria, Solicitação de Acesso"
DOUBTED = "O documento segue, mas o BNMP pode recusar a assinatura. {remedy}"
CONFIRM = "Confirme a resolução da contingência: menu BNMP 2.0, Resolução de Contingência, Resolver."

# The communication test, as (this server, the user) saw it.
LINK_TESTED: dict[tuple[str, str], str] = {
    ("OK", "OK"): "A comunicação com o BNMP está disponível.",
    ("OK", "ERROR"): (
        "Indisponível para este usuário, embora este servidor alcance o BNMP: confira a rede da máquina do usuário e do servidor "
        "do SAJ, tente novamente e repita o teste de comunicação."
    ),
    ("ERROR", "OK"): (
        "A comunicação com o BNMP está indisponível neste servidor: tente novamente e repita o teste de comunicação. O teste "
        "não abre contingência; a tela de aviso a oferece quando o envio de um documento falha."
    ),
    ("ERROR", "ERROR"): (
        "A comunicação com o BNMP está indisponível, para este usuário e neste servidor: tente novamente e repita o teste de "
        "comunicação. O teste não abre contingência; a tela de aviso a oferece quando o envio de um documento falha."
    ),
}

ENDS: dict[Reason, str] = {
    Reason.NOT_COMMUNICATING: "Modelo sem comunicação com o BNMP: emita novamente com o modelo institucional.",
    Reason.OUT_OF_SCOPE: "O processo pertence a outro sistema: registre a peça por ele.",
    Reason.WRONG_KIND: "O documento não é da espécie adequada a esta situação.",
    Reason.WITHDRAWN: "O documento foi retirado no SAJ antes do registro.",
    Reason.EXCLUDED_BY_UNIT: "A unidade retirou o documento da transmissão.",
}

ASKED_IN_DOUBT = "Se a peça chegou a ser criada ou assinada no BNMP."

STATES: dict[State, str] = {
    State.READY: "O registro no BNMP está em andamento.",
    State.SENDING: "O registro no BNMP está em andamento.",
    State.UNCERTAIN: "A resposta do BNMP se perdeu; o sistema está conferindo antes de repetir.",
    State.HELD: "O registro nacional está pendente.",
    State.CONTINGENCY: "Documento emitido em contingência; o registro nacional será feito no retorno da comunicação.",
    State.REGISTERED: "Documento registrado no BNMP.",
    State.REJECTED: "O documento não será registrado por este sistema.",
    State.EXCLUDED: "O documento não será registrado no BNMP.",
}

OFFER = (
    "O BNMP está inacessível. Se for possível esperar, tente novamente e faça o teste de comunicação (menu BNMP 2.0); "
    "senão, responda SIM para emitir em contingência, ou NÃO."
)
# What a clerk is told of a contingency that is left, where no reason keeps it.
LEFT_ALONE = "Nada a fazer: o registro no BNMP é feito sem nova ação."
LEFT_AWAY = "Aguarde o retorno da comunicação com o BNMP: só então se resolve a contingência."
LACKING = "Complete e resolva a contingência: {lacks}."
# Of a paper that is issued under contingency; it stops nothing.
ANNEX = "Complete no expediente os dados do Anexo I da Res. CNJ 251/2018: {lacks}. A falta não impede a emissão."
LIBERTY_HELD = "A ordem de liberdade produz efeito; falta apenas o registro nacional."

INCIDENTS: dict[str, tuple[str, str]] = {
    "ACCESS_UNKNOWN": (
        "Decisão de liberdade aceita de magistrado cujo acesso não é conhecido: confirme quem decidiu e informe o acesso.",
        "access-unknown",
    ),
    "CHAIN_BROKEN": (
        "O registro em conjunto parou no meio: há mandado vigente e a ordem de liberdade ainda não.",
        "chain-broken",
    ),
    "OFFSETS_GONE": (
        "Mensagens do SAJ perdidas no Kafka sem leitura, com possível ordem de liberdade: publique-as de novo ({where}).",
        "offsets-gone",
    ),
    "DEAD_LETTER_LIMIT": (
        "Mensagens ilegíveis demais do SAJ, com possível ordem de liberdade: a leitura de {where} parou até ser liberada.",
        "dead-letter-limit",
    ),
    "HISTORY_ALTERED": (
        "O histórico do serviço foi alterado depois de gravado ({where}): preserve o banco de dados e acione a auditoria.",
        "history-altered",
    ),
    "LIBERTY_HELD": (
        "A ordem de liberdade produz efeito: falta o registro nacional, e ainda consta mandado ou custódia. Registre-a.",
        "liberty-held",
    ),
    "TWIN_FOUND": (
        "Há no BNMP outra peça deste mandado, com a mesma data: decida já qual vale e peça a baixa da outra.",
        "twin-found",
    ),
    "REGISTRY_UNFIT": (
        "O BNMP responde, mas não atende ninguém ({where}): verifique os acessos com o CNJ; não é caso de contingência.",
        "registry-unfit",
    ),
    "CLOCK_FAILS": (
        "O serviço falha ao tratar os prazos do documento {where}: verifique já se é ordem de liberdade e acione o suporte.",
        "clock-fails",
    ),
    "LANE_FAILS": (
        "O serviço falha ao registrar os documentos desta pessoa ({where}): verifique já se há ordem de liberdade e acione o suporte.",
        "lane-fails",
    ),
}

DIVERGENT = "A situação da peça no SAJ e no BNMP é diferente: confira e reconcilie."

OTHER_TEXT = (
    "O texto que dispensa a numeração nacional não é o exato, ou traz outro instante do acesso: confira o expediente. "
    "O texto não é alterado e o registro segue."
)

OTHER_NUMBER = "O número nacional da peça não corresponde ao processo ou à espécie: confira em Consulta de Peças."

PIECE_ANNULLED = (
    "A peça consta como anulada ou excluída no BNMP. Se o documento ainda deve ser registrado, peça nova tentativa e outra "
    "será criada; se a peça já podia estar em vigor, a nova tentativa é do magistrado."
)
PIECE_GONE = (
    "A peça não consta mais no BNMP, que exclui o que fica sem assinatura: mande enviar de novo, ou emita outra."
)

OTHER_SURVIVOR = "O BNMP não confirma a unificação informada: confira qual RJI permaneceu ativo."

BANNERS = "Atualize as tarjas do processo: retire as indicadas antes de inserir as outras."

DIVERGENCES: dict[str, str] = {
    "CUSTODY_WITHOUT_WARRANT": "O histórico mostra prisão e não há mandado no processo: expeça ou regularize o mandado.",
    "FULFILMENT_WITHOUT_CERTIFICATE": "O histórico mostra prisão e falta a certidão de cumprimento: emita-a para o BNMP.",
    "RELEASE_EVENT_WITHOUT_RELEASE": "O histórico mostra a soltura e falta o registro no BNMP: providencie-o já.",
    "RELEASE_WITHOUT_EVENT": "A ordem de liberdade está no BNMP e o histórico ainda mostra prisão: lance o evento.",
    "STATUS": "A data da prisão no histórico e a da certidão de cumprimento são diferentes: confira e corrija.",
    "REGISTRY_CUSTODY_WITHOUT_EVENT": "O BNMP mostra prisão e o histórico de partes não: confira e lance o evento.",
}

# What the comparison with BNMP finds, told to the unit.
COMPARED: dict[str, str] = {
    "MISSING_AT_REGISTRY": "A peça registrada não consta mais no BNMP: confira em Consulta de Peças e emita outra.",
    "MISSING_HERE": "Há no BNMP peça que o SAJ não conhece: confira em Consulta de Peças e regularize-a.",
    "STATUS": "A situação da peça no BNMP mudou e não é a que consta aqui: vale a do BNMP; confira.",
    "NUMBER": "O número nacional da peça no BNMP não é o que consta aqui: confira em Consulta de Peças.",
    "DUPLICATE": "O BNMP tem mais de uma peça deste documento: confira qual vale e peça a baixa da outra.",
    "UNSIGNED": "Há no BNMP peça sem assinatura: assine-a ou exclua-a; o BNMP exclui o que fica 30 dias assim.",
    "PERSON_STATUS": "A situação da pessoa no BNMP não é a que as peças explicam: confira se há custódia indevida.",
    "SECRECY": "O sigilo da peça no BNMP não é o do SAJ: peça a correção no portal do CNJ.",
    "RJI": "O RJI desta pessoa foi unificado, está inativo, ou ela tem mais de um: confira em Consulta de Pessoas.",
}
# By how many ages have passed (rules/unsigned.py): who must see to it.
UNSIGNED: tuple[str, ...] = (
    "A peça espera assinatura no BNMP há mais de um dia: providencie-a com quem assina.",
    "A peça espera assinatura no BNMP há mais de 7 dias: o chefe de cartório deve indicar quem assina.",
    "A peça espera assinatura no BNMP há mais de 20 dias, e ele a exclui aos 30: o magistrado deve assiná-la já.",
)

TERM_OVER = "O prazo da prisão terminou e o histórico ainda mostra custódia: confira a soltura já e lance o evento."

HELD_FOR_YEARS = (
    "Prisão provisória há mais de quatro anos sem guia nem alvará: confira a custódia e leve ao magistrado."
)

CUSTODY_HELD = "O evento do histórico foi guardado, mas há campos a corrigir: corrija-os e salve-o novamente."

ITEM_CHANGED: dict[str, str] = {
    "VERDE": "Item do acervo regularizado: os documentos estão registrados no BNMP.",
    "VERMELHO": "Item retirado da lista de pendências: nada foi transmitido ao BNMP.",
}

LINKED = "A pessoa está vinculada a este RJI no BNMP."

COMMANDS: dict[str, str] = {
    "APPLIED": "Comando aplicado.",
    "OFFER_LAPSED": "Resposta anotada: o oferecimento já não vale, o documento segue o caminho normal.",
    "UNKNOWN_DOCUMENT": "Documento desconhecido.",
    "NOT_COMPETENT": "Somente a unidade competente pode decidir.",
    "ACCESS_UNKNOWN": "O acesso deste usuário não é conhecido: peça ao administrador regional que o informe.",
    "LIBERTY_ONLY": "A autorização permanente vale apenas para ordens de liberdade: cada mandado precisa do seu próprio SIM.",
    "OVERTAKEN": "Há informação mais recente do acesso deste usuário.",
    "JUDGE_ONLY": "Somente o magistrado da unidade pode decidir.",
    "ALREADY_OPENED": "O documento já foi emitido em contingência.",
    "ENDED_ALREADY": "A transmissão do documento já terminou.",
    "REGISTERED_ALREADY": "O documento já está registrado no BNMP: retire-o no SAJ para pedir a anulação; o CNJ decide.",
    "ONLY_BY_CONTRAMANDADO": "O mandado liberado nos autos ou emitido em contingência só se encerra por contramandado.",
    "ONLY_BY_RELEASE": "O mandado já foi cumprido: encerra-se por alvará de soltura, ordem de liberação ou desinternação.",
    "EXPIRED_ALREADY": "O mandado venceu: o BNMP o encerra na rotina diária; se ainda constar, expeça contramandado.",
    "NEVER_SEM_EFEITO": "Um mandado nunca é tornado sem efeito: expeça contramandado.",
    "IN_DOUBT": "A resposta do BNMP ainda está sendo conferida: repita o comando depois.",
    "ON_ITS_WAY": "O documento já está a caminho do BNMP.",
    "WITHDRAWAL_NOTED": "Retirada anotada: o documento não segue, e a situação no BNMP é conferida antes.",
    "INCOMPLETE": "A retirada não diz quem a fez ou por quê: envie-a completa.",
    "ANNULMENT_ASKED": "Anulação pedida ao BNMP: o CNJ decide se é possível.",
    "ANNULLED": "O documento foi anulado com sucesso no BNMP.",
    "CNJ_REFUSED": "O CNJ não permite a anulação: veja o motivo em Detalhar, em Consulta de Peças.",
    "ANNULMENT_ACCESS": "O BNMP não permite a anulação por este usuário: peça o acesso à unidade e repita o comando.",
    "NOT_AT_BNMP": "A peça não consta no BNMP: confira em Consulta de Peças.",
    "DEAD_LETTER_AHEAD": "Há mensagem ilegível desta pessoa, talvez uma soltura: confirme antes o que era.",
    "MERGE_UNCONFIRMED": "A unificação de RJI desta pessoa ainda não foi confirmada pelo BNMP: repita o comando depois.",
    "DEAD": "Há certidão de extinção da punibilidade por morte desta pessoa.",
    "FREED_SINCE": "O histórico de partes mostra soltura posterior: corrija-o, ou expeça novo mandado.",
    "ANOTHER_RELEASE": "Outra ordem de liberdade alcança o mesmo mandado: a peça não é anulada.",
    "NOT_ASKED": "Nenhuma manifestação do magistrado é esperada neste documento.",
    "OTHER_RJI": "A pessoa tem outro RJI: desfaça o vínculo primeiro.",
    "RJI_OF_ANOTHER": "O RJI informado é de outra parte: confira-o; se for a mesma pessoa, vincule-o antes à parte.",
    "SAME_RJI": "Os dois RJIs são o mesmo.",
    "OTHER_MERGE": "Outra unificação desta pessoa ainda não foi confirmada pelo BNMP.",
    "TEST_OK": "Teste de comunicação anotado.",
    "TEST_FAILED": (
        "A comunicação com o BNMP está indisponível para este usuário: tente novamente e repita o teste de comunicação. "
        "O sistema também está testando; só por este teste nada é emitido em contingência."
    ),
    "NO_CAUSE": "Diga a causa: indisponibilidade declarada, com o número do aviso, ou manutenção própria.",
    "TOO_LONG": "O prazo é longo demais ou já passou.",
    "UNKNOWN_CERTIFICATE": "Certidão desconhecida.",
    "RESOLVING": "Resolução da contingência em andamento: o resultado vem por documento.",
    "MORE_LEFT": "Resolução em andamento; há mais contingências nesta categoria: repita o pedido.",
    "NOTHING_LEFT": "Não há contingência pendente.",
    "NOT_OPENED": "O documento não foi emitido em contingência.",
    "RELEASED_ALREADY": "A certidão já foi liberada.",
    "UNKNOWN_PERSON": "Pessoa desconhecida.",
    "UNKNOWN_ITEM": "Item do acervo desconhecido.",
    "ITEM_ENDED": "O item já foi regularizado ou retirado da lista.",
    "OTHER_PERSON": "O item, ou o documento, é de outra pessoa: confira a parte.",
    "OTHER_KIND": "Há documento de outra espécie com o identificador do item: confira o item.",
    "NO_ANALYSIS": "Analise antes o processo: se o réu está solto ou preso, e se o registro é necessário.",
    "NOT_NECESSARY": "A análise diz que o registro não é necessário: o chefe de cartório retira o item da lista.",
    "NO_EVIDENCE": "Falta a confirmação com o certificado digital de quem envia.",
    "DECIDE_ONLY": "Prisão sem mandado: registre o mandado por cadastro excepcional, ou retire o item da lista.",
    "NOT_SUMMING_CASE": "Há soma de penas: regularize a guia a partir do processo somador.",
    "NOT_IN_CUSTODY": "O histórico de partes não mostra prisão em andamento: atualize-o, ou retire o item da lista.",
    "TOO_MANY": "Há comandos demais à espera deste documento.",
}


def under_contingency(said: str, lacks: Iterable[str]) -> str:
    """What is said of a paper issued under contingency, and which data of the annex it lacks."""
    listed = ", ".join(lacks)
    return f"{said} {ANNEX.format(lacks=listed)}" if listed else said


def of(state: State, *, liberty: bool) -> str:
    """The message of an outcome: what the state means, and for LIBERTY that the order stands."""
    text = STATES[state]
    return f"{LIBERTY_HELD} {text}" if liberty and state is State.HELD else text
