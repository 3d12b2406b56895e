"""Keeping the register right: whose confirmation runs out, which mails ask for it, which web addresses still answer."""
