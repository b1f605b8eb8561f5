FROM python:3.12
RUN pip install poetry==1.8 && poetry config virtualenvs.create false
WORKDIR /app
COPY pyproject.toml poetry.lock* ./
RUN poetry install --no-interaction --no-root
COPY ./app ./app
CMD uvicorn app.main:app --host 0.0.0.0
