"""The words and ids of the registry: statuses of pieces and `tipoPeca` ids.

Only the status ids 1 and 4 are known; the others are made up here, which is why statuses are read by label.
"""

DRAFT, AWAITING, PENDING = "Em Elaboração", "Aguardando Assinatura", "Pendente de Cumprimento"
FULFILLED, REVOKED, EXPIRED = "Cumprido", "Revogado", "Expirado"
DELETED, ACTIVE, ANNULLED = "Excluído", "Ativo", "Anulado"
STATUS_IDS = {
    DRAFT: 1,
    AWAITING: 4,
    PENDING: 9,
    FULFILLED: 10,
    REVOKED: 11,
    EXPIRED: 12,
    DELETED: 13,
    ACTIVE: 14,
    ANNULLED: 15,
}
UNKNOWN_STATUS = {"id": 77, "descricao": "Em Conferência"}
UNSIGNED = frozenset({DRAFT, AWAITING})
IN_EFFECT = frozenset({PENDING, FULFILLED, ACTIVE})

ARREST, COUNTER, GUIDE, INTERNMENT_GUIDE, RELEASE, DISCHARGE, FULFILMENT, DEATH = 1, 2, 3, 4, 5, 6, 7, 8
INTERNMENT_FULFILMENT, INTERNMENT, LEGACY_GUIDE, ARCHIVING, LEGACY_INTERNMENT_GUIDE, CHANGE = 9, 10, 11, 12, 13, 14
WARRANTS = frozenset({ARREST, INTERNMENT})
GUIDES = frozenset({GUIDE, INTERNMENT_GUIDE, LEGACY_GUIDE, LEGACY_INTERNMENT_GUIDE})
