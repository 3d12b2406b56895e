"""How dates are written in each language (`FORMAT_MODULE_PATH`); what is not named here is Django's.

Pages and mails write `{{ day|date:"SHORT_DATE_FORMAT" }}`.
"""
