"""The forms of the kinds as SAJ fills them in, with invented data; one function for each form."""

from datetime import date, timedelta
from typing import Any

# Days that a mandado of the day stays valid.
_VALID_DAYS = 730
_DECISION = "Decisão inventada: "
_PRISON = {"code": "MS-914", "name": "Estabelecimento Inventado 4"}
_HOSPITAL = {"code": "MS-915", "name": "Hospital de Custódia Inventado 2"}


def mandado(today: date) -> dict[str, Any]:
    """A mandado de prisão preventiva."""
    return _warrant(today) | {
        "especie_prisao": "PREVENTIVA",
        "sintese_decisao": _DECISION + "decreta-se a prisão preventiva.",
        "prazo_prisao_dias": 90,
    }


def civil(today: date) -> dict[str, Any]:
    """A mandado de prisão civil."""
    return {
        "data_validade": _later(today),
        "especie_prisao": "CIVIL",
        "sintese_decisao": _DECISION + "decreta-se a prisão civil por débito inventado.",
        "prazo_prisao_dias": 30,
    }


def flagrante(today: date) -> dict[str, Any]:
    """A mandado by conversion of an arrest in the act."""
    act = {"uf": "MS", "municipio": "Município Inventado", "estabelecimento": "Delegacia Inventada 3"}
    return mandado(today) | {
        "especie_prisao": "PREVENTIVA_CONVERSAO_FLAGRANTE",
        "prisao": act | {"data": _before(today, 1)},
    }


def recapture(today: date) -> dict[str, Any]:
    """A mandado for somebody who escaped."""
    return mandado(today) | {"especie_prisao": "RECAPTURA", "regime_prisional": "FECHADO"}


def internment(today: date) -> dict[str, Any]:
    """A mandado de internação."""
    return _warrant(today) | {
        "especie_internacao": "PROVISORIA",
        "sintese_decisao": _DECISION + "determina-se a internação.",
        "prazo_minimo_internacao_dias": 365,
    }


def conversion(today: date) -> dict[str, Any]:
    """A mandado that turns an arrest into an internment."""
    return internment(today) | {"especie_internacao": "CONVERSAO_PRISAO"}


def fulfilment(today: date) -> dict[str, Any]:
    """A certidão de cumprimento."""
    return {
        "data_cumprimento": today.isoformat(),
        "local_prisao": "Estabelecimento Inventado 4",
        "responsavel_prisao": "Agente Inventado 9",
        "comunicado_por": "POLINTER",
        "data_comunicacao": today.isoformat(),
    }


def release(_: date) -> dict[str, Any]:
    """An alvará of a fulfilled mandado."""
    return {
        "motivo": "Revogação da prisão preventiva",
        "sintese_decisao": _DECISION + "expeça-se alvará de soltura.",
        "medidas_cautelares": ["Comparecimento periódico em juízo"],
    }


def release_in_the_act(today: date) -> dict[str, Any]:
    """An alvará for somebody arrested in the act, without a mandado."""
    return release(today) | {"motivo": "Relaxamento da prisão", "local_prisao": "Delegacia Inventada 3"}


def order(_: date) -> dict[str, Any]:
    """An ordem de liberação or de desinternação."""
    return {"motivo": "Motivo inventado", "sintese_decisao": _DECISION + "cumpra-se a ordem."}


def revocation(_: date) -> dict[str, Any]:
    """A contramandado."""
    return {
        "motivo": "Revogação do mandado",
        "sintese_decisao": _DECISION + "recolha-se o mandado.",
        "prisao_domiciliar": False,
    }


def guia(today: date) -> dict[str, Any]:
    """A guia de recolhimento."""
    return _sentence(today) | {"regime_prisional": "FECHADO", "local_custodia": dict(_PRISON)}


def guia_of_measure(today: date) -> dict[str, Any]:
    """A guia de internação."""
    measure = {"prazo_minimo_internacao_dias": 365, "data_laudo": _before(today, 120), "crm": "CRM inventado 90001"}
    return _sentence(today) | {"local_custodia": dict(_HOSPITAL), "medida_seguranca": measure}


def death(today: date) -> dict[str, Any]:
    """A certidão de extinção de punibilidade por morte."""
    return {"data_obito": _before(today, 9), "data_decisao": _before(today, 1)}


def archiving(today: date) -> dict[str, Any]:
    """A certidão de arquivamento de guia."""
    return {"motivo": "Pena inventada cumprida", "data_decisao": _before(today, 1)}


def change(today: date) -> dict[str, Any]:
    """A certidão de alteração de unidade ou regime prisional."""
    return {"local_custodia": dict(_PRISON), "regime_prisional": "SEMIABERTO", "data": today.isoformat()}


def _warrant(today: date) -> dict[str, Any]:
    return {
        "data_validade": _later(today),
        "local_ocorrencia": "Rua Inventada, 17",
        "tipificacoes": ["Tipificação inventada"],
    }


def _sentence(today: date) -> dict[str, Any]:
    return {
        "data_infracao": _before(today, 900),
        "data_recebimento_denuncia": _before(today, 800),
        "data_publicacao_sentenca": _before(today, 60),
        "pena": {"anos": 5, "meses": 4, "dias": 0},
        "reincidente": False,
        "multa": {"dias": 10, "valor": 471.5},
        "defensor": "Defensoria Inventada",
    }


def _later(today: date) -> str:
    return (today + timedelta(days=_VALID_DAYS)).isoformat()


def _before(today: date, days: int) -> str:
    return (today - timedelta(days=days)).isoformat()
