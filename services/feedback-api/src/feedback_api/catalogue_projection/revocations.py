"""Revoked staff tokens as the projection of the catalogue knows them, also from an earlier run."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from feedback_api.catalogue_projection.consumer import CatalogueConsumer
from feedback_api.catalogue_projection.projection import CatalogueProjection

_PATIENCE_SECONDS: Final = 1.5


@dataclass(frozen=True, slots=True)
class ProjectedRevocations:
    """See `soundings.access.revocations.RevocationSource`."""

    follower: CatalogueConsumer
    projection: CatalogueProjection

    async def revoked(self) -> Mapping[str, int]:
        """Epoch milliseconds of expiry by ``jti``. Raises ServiceUnavailable while the catalogue has not been read."""
        await self.follower.wait_until_ready(_PATIENCE_SECONDS)
        return self.projection.revoked_tokens()
