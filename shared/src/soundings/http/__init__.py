"""The skeleton of a service over HTTP: the app, problem details, access, health, bodies and pages."""
