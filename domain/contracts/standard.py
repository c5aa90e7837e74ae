"""The template that a company has before it writes its own."""

NAME = "Standard"
SECTIONS = (
    {
        "id": "parties",
        "title": "Who agrees",
        "order": 1,
        "content": "This contract is made between {{ company }} and {{ customer }} "
        "(VAT number {{ customer_vat_number }}). Site: {{ customer_address }}.",
    },
    {
        "id": "services",
        "title": "What is supplied",
        "order": 2,
        "content": "{{ charges }}\n\nIt follows quote {{ quote_number }}.",
    },
    {
        "id": "included",
        "title": "What is included",
        "order": 3,
        "content": "{{ included_services }}",
    },
    {
        "id": "charges",
        "title": "What it costs",
        "order": 4,
        "content": "Recurring charges come to {{ annual_value }} a year, charges paid once to "
        "{{ once_value }}, both before tax. Invoices are paid within {{ payment_terms }} days.",
    },
    {
        "id": "term",
        "title": "How long it runs",
        "order": 5,
        "content": "It runs for {{ term_months }} months, from {{ start_date }} to {{ end_date }}. "
        "{{ renewal }}",
    },
    {
        "id": "ending",
        "title": "How it is ended",
        "order": 6,
        "content": "Either side may end it in writing with {{ cancellation_notice_days }} days' "
        "notice.",
    },
    {
        "id": "service_levels",
        "title": "Service levels",
        "order": 7,
        "content": "{{ service_levels }}",
    },
)
