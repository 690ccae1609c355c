"""What operators do: look at documents, at lag, at dead letters; replay; reconcile; audit.

Every function here returns data for the faces in console to show. What does not live here: printing,
and any change of a domain row that does not pass the ledger's decide-and-record.
"""
