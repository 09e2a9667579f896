"""The local Azure Functions host: serves the app where Azure's own tools are not installed. Never deployed."""

from .invocation import AppLoadError, FunctionDefinition
from .server import FunctionsHost

__all__ = ["AppLoadError", "FunctionDefinition", "FunctionsHost"]
