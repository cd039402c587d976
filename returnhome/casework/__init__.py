"""What happened to whom: the ledger's tables and the verbs that change them."""
