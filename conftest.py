"""What holds for every test: hypothesis draws as long as the machine needs, because no test asserts a time."""

from hypothesis import HealthCheck, settings

settings.register_profile("soundings", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("soundings")
