"""What the database itself refuses: a version that is no draft any more keeps its content for ever."""

import pgtrigger

_REFUSE = "RAISE EXCEPTION '{}' USING ERRCODE = 'check_violation';"
FROZEN = "the content of a frozen version never changes"
OTHER_VERSION = "a section lies under a section of the same version"


def content_of_drafts_only() -> pgtrigger.Trigger:
    """For tables with a `version_id`: rows of a frozen version can be neither added nor changed nor deleted.

    The version's row is asked for FOR SHARE: a change that meets a freeze waits until that is done, and is refused.
    A version that is being deleted with its rows is not found any more, and so refuses nothing.
    """
    return pgtrigger.Trigger(
        name="content_of_drafts_only",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("state", "text")],
        func=f"""
            FOR state IN
                SELECT status FROM concepts_conceptversion
                WHERE id IN (OLD.version_id, NEW.version_id) ORDER BY id FOR SHARE
            LOOP
                IF state <> 'draft' THEN {_REFUSE.format(FROZEN)} END IF;
            END LOOP;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        """,  # noqa: S608  (no input)
    )


def same_version_above() -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name="same_version_above",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Condition("NEW.parent_id IS NOT NULL"),
        func=f"""
            IF NOT EXISTS (
                SELECT 1 FROM concepts_section WHERE id = NEW.parent_id AND version_id = NEW.version_id
            ) THEN {_REFUSE.format(OTHER_VERSION)} END IF;
            RETURN NEW;
        """,  # noqa: S608  (no input)
    )


def frozen_stays_frozen(*content: str) -> pgtrigger.Trigger:
    """For the version itself: once frozen, these columns stay, it is never a draft again, and never deleted."""
    same = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in content)
    return pgtrigger.Trigger(
        name="frozen_stays_frozen",
        when=pgtrigger.Before,
        operation=pgtrigger.Update | pgtrigger.Delete,
        condition=pgtrigger.Condition("OLD.status <> 'draft'"),
        func=f"""
            IF TG_OP = 'DELETE' THEN {_REFUSE.format(FROZEN)} END IF;
            IF NEW.status = 'draft' OR {same} THEN {_REFUSE.format(FROZEN)} END IF;
            RETURN NEW;
        """,
    )


def period_of_its_focus() -> pgtrigger.Trigger:
    """For the choice of a measure: its period is that of its focus, whatever was said."""
    return pgtrigger.Trigger(
        name="period_of_its_focus",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func="""
            SELECT period_id INTO NEW.period_id FROM concepts_workfocus WHERE id = NEW.focus_id;
            RETURN NEW;
        """,
    )
