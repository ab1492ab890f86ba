"""What holds for every test: hypothesis draws as long as the machine needs, because no test asserts a time.

The fast run chooses the profile of few examples (``--hypothesis-profile=fast``).
"""

from hypothesis import HealthCheck, settings

from soundings.testing.effort import FAST

settings.register_profile("soundings", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(FAST, deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=15)
settings.load_profile("soundings")
