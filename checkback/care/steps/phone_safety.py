"""Who else may read a phone: words agreed on, what a contact says of it, and what follows when somebody reads along."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from checkback.care.errors import Said, WordsRefused, said
from checkback.care.model import Contact, Conversation, Family, InboundMessage, Phone, SafetyPreference
from checkback.care.ports import Assessment, Evidence
from checkback.care.rules.secret_words import MOST_WORDS, against_word, plain, says
from checkback.care.steps.check_ins import hand_over_all
from checkback.care.steps.questions import ask
from checkback.care.steps.tasks import open_task, task_key
from checkback.care.store import Transaction, messages, people
from checkback.care.terms import Danger, DistressLevel, SafetyMode, TaskKind, Urgency
from checkback.care.wording import Wording

#: Our questions, and the one answer to whatever is said to them: it tells nobody what was right.
WHO_READS, WHICH_WORD, NOTED = "phone.private", "phone.word", "phone.noted"
ONLY_ME, SOMEBODY_ELSE = "1", "2"
#: A reply of more words is no try at the word: they write of something else.
LONGEST_TRY = MOST_WORDS
SAME_ANSWER_WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Words:
    """Agreed on with one contact: a word that shows who is there, and one that says they are not free to speak."""

    safe_word: str | None = None
    duress_word: str | None = None

    @classmethod
    def of(cls, safety: SafetyPreference) -> Words:
        return cls(safety.safe_word, safety.duress_word)

    def changed(self, safe_word: str | None, duress_word: str | None) -> Words:
        """With these; None leaves one as it is, an empty one takes it away."""
        return Words(
            self.safe_word if safe_word is None else safe_word.strip() or None,
            self.duress_word if duress_word is None else duress_word.strip() or None,
        )

    def problems(self, wording: Wording) -> dict[str, Said]:
        """Why they cannot be agreed on: the field, and its mend."""
        words = {"safe_word": self.safe_word, "duress_word": self.duress_word}
        named = {field: word for field, word in words.items() if word is not None}
        if not named:
            return {}
        everyday = frozenset(plain(" ".join(wording.all_sentences())).split())
        found = {field: against_word(word, everyday) for field, word in named.items()}
        if (
            self.safe_word
            and self.duress_word
            and (says(self.safe_word, self.duress_word) or says(self.duress_word, self.safe_word))
        ):
            found["duress_word"] = said("one must not stand in the other; take two words that have nothing in common")
        return {field: mend for field, mend in found.items() if mend is not None}


def somebody_reads_along(tx: Transaction, contact: Contact) -> None:
    """Make the phone unsafe and hand what was promised to a person. Only a person makes it safe again."""
    set_mode(tx, contact, SafetyMode.UNSAFE)
    hand_over_all(tx, contact, TaskKind.CANNOT_TEXT, "somebody-reads-along")


def shares_unsafe_phone(tx: Transaction, contact: Contact, phone: Phone) -> bool:
    """Whether it is known of another family that this phone is unsafe; it is as unsafe for this contact then."""
    known = people.unsafe_on(tx, phone)
    if known is None:
        return False
    safety = people.safety_of(tx, contact)
    safety.mode, safety.may_text = SafetyMode.UNSAFE, known.may_text
    tx.record("safety.unsafe", safety)
    return True


def set_mode(tx: Transaction, contact: Contact, mode: SafetyMode, actor: str = "system") -> bool:
    """What may be shown on their phone from now on. *Safe* counts from this moment on, and wears off."""
    safety = people.safety_of(tx, contact)
    if safety.mode is mode and mode is not SafetyMode.SAFE:
        return False
    safety.mode = mode
    safety.said_safe_at = tx.now if mode is SafetyMode.SAFE else None
    tx.record(f"safety.{mode}", safety, actor)
    return True


def who_says_duress(tx: Transaction, phone: Phone, body: str) -> Contact | None:
    """Who of those who use this phone says with this text, by the word agreed on, that they are not free to speak."""
    return next((user for user in people.contacts_of(tx, phone) if _says_duress(tx, user, body)), None)


def _says_duress(tx: Transaction, user: Contact, body: str) -> bool:
    return says(body, people.safety_of(tx, user).duress_word)


def under_duress(body: str, assessment: Assessment) -> Assessment:
    """The word is danger now, whatever else the text says; that is kept beside it, and the answer shows nothing."""
    word = Evidence("word.duress", Danger.DURESS, 0, len(body), body)
    return replace(
        assessment,
        level=DistressLevel.ACUTE,
        urgency=Urgency.EMERGENT,
        danger=Danger.DURESS,
        evidence=(word, *assessment.evidence),
        review=False,
    )


def set_words(
    tx: Transaction,
    wording: Wording,
    contact: Contact,
    *,
    safe_word: str | None = None,
    duress_word: str | None = None,
    actor: str = "system",
) -> None:
    """Keep words agreed on, sealed; an empty one takes it away, None leaves it.

    Raises:
        WordsRefused: it names which word, and the mend; nothing was kept.
    """
    safety = people.safety_of(tx, contact)
    wanted = Words.of(safety).changed(safe_word, duress_word)
    problems = wanted.problems(wording)
    if problems:
        field, mend = next(iter(problems.items()))
        raise WordsRefused(said("%(field)s: %(mend)s", field=field, mend=mend))
    safety.safe_word, safety.duress_word = wanted.safe_word, wanted.duress_word
    tx.record("safety.words-set", safety, actor)


def ask_who_reads(tx: Transaction, wording: Wording, contact: Contact, conversation: Conversation) -> None:
    """Ask who reads this phone: for the word agreed on, or, where there is none, for a 1 or a 2."""
    safety = people.safety_of(tx, contact)
    question = WHICH_WORD if safety.safe_word else WHO_READS
    safety.asked_at = tx.now
    tx.record("safety.asked", safety)
    ask(tx, wording, contact, conversation, question, f"{question}:{contact.id}:{tx.now:%Y-%m-%dT%H:%M}")


def is_reply(tx: Transaction, conversation: Conversation, body: str) -> bool:
    """Whether this answers our question, or presses the same digit again; all else they write is of something else."""
    if conversation.asked == WHICH_WORD:
        return 0 < len(plain(body).split()) <= LONGEST_TRY
    if body.strip(" .!)") not in (ONLY_ME, SOMEBODY_ELSE):
        return False
    if conversation.asked is None:
        return messages.sent_since(tx, conversation.phone_id, NOTED, tx.now - SAME_ANSWER_WITHIN)
    return conversation.asked == WHO_READS


def keep_reply(tx: Transaction, contact: Contact, conversation: Conversation, inbound: InboundMessage) -> None:
    """Keep what they said of who reads the phone. A wrong word makes it neutral, and a person asks in another way."""
    question, conversation.asked = conversation.asked, None
    safety = people.safety_of(tx, contact)
    is_theirs = plain(inbound.body) == ONLY_ME if question == WHO_READS else says(inbound.body, safety.safe_word)
    if safety.mode is not SafetyMode.UNSAFE:  # from which only a person takes it back
        set_mode(tx, contact, SafetyMode.SAFE if is_theirs else SafetyMode.NEUTRAL)
    if question == WHICH_WORD and not is_theirs:
        key, family = task_key(TaskKind.PHONE_UNSURE, inbound.id), tx.get(Family, contact.family_id)
        open_task(tx, TaskKind.PHONE_UNSURE, dedupe_key=key, family=family, conversation=conversation)
    tx.record("safety.answered", safety)
