FROM python:3.11
ADD . /code
WORKDIR /code
RUN pip install -U pip && pip install -r requirements/prod.txt
RUN chmod +x /code/entrypoint.sh
RUN python manage.py collectstatic --no-input
ENTRYPOINT /code/entrypoint.sh
