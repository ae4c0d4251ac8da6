"""Load the models that the settings name."""

from __future__ import annotations

from voc.config import ModelSettings
from voc.models.encoder import EMBEDDED, CachedEncoder, Encoder, Store, load_encoder
from voc.models.understand import Models


def load_named(named: ModelSettings, store: Store | None = None, threads: int | None = None) -> Models:
    """Load what the settings name; vectors are looked up in ``store`` first.

    Args:
        named: names, folders and the device.
        store: where vectors are kept from one run to the next.
        threads: CPU threads of the embedded encoder; all that this process may use when None.

    Raises:
        VocError: a model can't be found or loaded.
    """
    from voc.models.intent import load_intent
    from voc.models.sentiment import load_sentiment

    def encoder_named(name: str) -> Encoder:
        encoder = load_encoder(name, named.device, threads)
        return CachedEncoder(encoder, store) if store is not None else encoder

    heads = encoder_named(EMBEDDED)
    encoder = heads if named.encoder == EMBEDDED else encoder_named(named.encoder)
    sentiment = load_sentiment(named.sentiment, named.device)
    intent = load_intent(named.intent, named.device, heads)
    return Models(encoder, sentiment, intent, heads)
