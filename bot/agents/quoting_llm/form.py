"""What the quoting model fills in. It has no field for a price, a discount or a total."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MOST_LINES = 80
Words = Annotated[str, Field(max_length=2000)]
Code = Annotated[str, Field(max_length=100)]


class FormLine(BaseModel):
    """One thing asked for."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    words: Annotated[Words, Field(description="the customer's own words, copied exactly")]
    code: Annotated[Code, Field(description="of the product meant, from the list")] = ""
    quantity: Decimal | None = None
    unit: Annotated[str, Field(max_length=30)] = ""
    is_optional: bool = False
    site: Annotated[str, Field(max_length=200)] = ""
    options: list[Code] = Field(default_factory=list, max_length=8)


class RequestForm(BaseModel):
    """What the customer wants priced."""

    model_config = ConfigDict(extra="ignore")

    is_quote_request: bool
    lines: list[FormLine] = Field(default_factory=list, max_length=MOST_LINES)
    questions: list[Annotated[str, Field(max_length=300)]] = Field(
        default_factory=list, max_length=10
    )
