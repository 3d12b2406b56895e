from kiportal.common.models.addresses import MailAddress
from kiportal.common.models.base import Locked, SortedByName, Stateful, Timestamped, TranslatedName
from kiportal.common.models.centre import Centre, CentreText
from kiportal.common.models.consent import Consent
from kiportal.common.models.history import StatusChange
from kiportal.common.models.jobs import Job
from kiportal.common.models.limits import RateCount
from kiportal.common.models.links import AccessLink
from kiportal.common.models.proposals import ChangeProposal
from kiportal.common.models.user import User
from kiportal.common.models.work import Assignment, FollowUp

__all__ = [
    "AccessLink",
    "Assignment",
    "Centre",
    "CentreText",
    "ChangeProposal",
    "Consent",
    "FollowUp",
    "Job",
    "Locked",
    "MailAddress",
    "RateCount",
    "SortedByName",
    "Stateful",
    "StatusChange",
    "Timestamped",
    "TranslatedName",
    "User",
]
