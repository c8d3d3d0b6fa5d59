"""What the pipeline adds to Rasa's own: examples are understood as written, and doubt is wider where errors hurt."""

from __future__ import annotations

import json
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.classifiers.fallback_classifier import FallbackClassifier
from rasa.shared.nlu.constants import INTENT, INTENT_RESPONSE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.folding import fold
from bot.meaning import Classifier, Encoder

Examples = dict[str, str]

NEED_OF = "need_of"
"""The need a text speaks of, kept beside its intent; absent where it speaks of none."""


def label_of(example: Message) -> str:
    """`state_need/food` for an example of a need, the intent for all others."""
    return str(example.get(INTENT_RESPONSE_KEY) or example.get(INTENT))


def mean(message: Message, scores: dict[str, float]) -> None:
    """Set intent, ranking and need of a message, from the score of each label.

    The needs together are one intent: whoever may want food or may want rent surely wants help.
    """
    intents: dict[str, float] = {}
    needs: dict[str, float] = {}
    for label, score in scores.items():
        intent, _, need = label.partition("/")
        intents[intent] = intents.get(intent, 0.0) + score
        if need:
            needs[need] = score
    found = ({"name": name, "confidence": min(1.0, max(0.0, score))} for name, score in intents.items())
    ranking = sorted(found, key=lambda one: -one["confidence"])
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set("intent_ranking", ranking[:10], add_to_output=True)
    is_need = ranking[0]["name"] == "state_need"
    message.set(NEED_OF, max(needs, key=lambda need: needs[need]) if is_need else None, add_to_output=True)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class Meanings(GraphComponent, IntentClassifier):
    """The intent of a text, and the need it speaks of, by the nearest of the training examples; see bot/meaning.py."""

    def __init__(self, storage: ModelStorage, resource: Resource, classifier: Classifier | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._encoder = Encoder()
        self._classifier = classifier

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> Meanings:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> Meanings:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, Classifier.load(folder / "meanings.npz"))

    def train(self, training_data: TrainingData) -> Resource:
        examples = training_data.intent_examples
        numbers = self._encoder.encode([example.get(TEXT) for example in examples])
        learned = Classifier.learn(numbers, [label_of(example) for example in examples])
        with self._storage.write_to(self._resource) as folder:
            learned.save(folder / "meanings.npz")
        self._classifier = learned
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        if self._classifier is None:
            raise RuntimeError("not trained")
        scores = self._classifier.scores(self._encoder.encode([message.get(TEXT) or "" for message in messages]))
        for message, row in zip(messages, scores, strict=True):
            mean(message, dict(zip(self._classifier.labels, map(float, row), strict=True)))
        return messages


def unambiguous(examples: list[tuple[str, str]]) -> Examples:
    """Folded example → intent, for those that stand under one intent only."""
    meanings: dict[str, set[str]] = {}
    for text, intent in examples:
        meanings.setdefault(fold(text), set()).add(intent)
    return {words: intents.pop() for words, intents in meanings.items() if words and len(intents) == 1}


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KnownExamples(GraphComponent, IntentClassifier):
    """A text equal to a training example means what the example means, whatever the statistics say.

    Needed for "1" and "2" at the least: Rasa's word features replace every number by one and the same token.
    """

    def __init__(self, storage: ModelStorage, resource: Resource, examples: Examples | None = None) -> None:
        self._storage = storage
        self._resource = resource
        self._examples = examples or {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KnownExamples:
        return cls(model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KnownExamples:
        with model_storage.read_from(resource) as folder:
            return cls(model_storage, resource, json.loads((folder / "examples.json").read_text("utf-8")))

    def train(self, training_data: TrainingData) -> Resource:
        self._examples = unambiguous([(e.get(TEXT), label_of(e)) for e in training_data.intent_examples])
        with self._storage.write_to(self._resource) as folder:
            (folder / "examples.json").write_text(json.dumps(self._examples), "utf-8")
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        for message in messages:
            label = self._examples.get(fold(message.get(TEXT) or ""))
            if label is not None:
                mean(message, {label: 1.0})
        return messages


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class CarefulFallback(FallbackClassifier):
    """Rasa's fallback, with a higher threshold for the intents in `surer` and none high enough for those in `never`."""

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        return {**FallbackClassifier.get_default_config(), "surer": {}, "never": []}

    def _should_fallback(self, message: Message) -> bool:
        intent = message.get(INTENT) or {}
        name, confidence = intent.get("name"), intent.get("confidence", 0.0)
        if name is None or name in self.component_config["never"]:
            return True
        return confidence < self.component_config["surer"].get(name, 0.0) or super()._should_fallback(message)
