"""Hosted form pages, server-rendered and complete without JavaScript."""
