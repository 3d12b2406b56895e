"""Saved searches: what they find (`finding`), the mails about it (`mails`), and every day's look (`daily`)."""
