FROM python:3.13 AS base
WORKDIR /srv
COPY requirements.txt .
RUN pip install -r requirements.txt
FROM base AS development
COPY requirements-dev.txt .
RUN pip install -r requirements-dev.txt
COPY . .
CMD ["flask", "run", "--debug"]
FROM base AS production
COPY app app
CMD ["gunicorn", "app:app"]
