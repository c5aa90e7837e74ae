"""What customers sign: links to quotes and contracts, proofs, acceptances, signatures."""
