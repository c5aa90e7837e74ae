"""The page to try everything on."""
from fastapi import FastAPI
def mount(app: FastAPI) -> None:
    pass
