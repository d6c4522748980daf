# Python flows baked into the image of an agent: the same image runs in CI, as the agent, and for its flow runs.
ARG PREFECT_IMAGE=prefecthq/prefect:2-python3.10
FROM ${PREFECT_IMAGE}

WORKDIR /opt/prefect
ENV PYTHONPATH="/opt/prefect/"
ENV PREFECT_QUEUE="default"

COPY requirements.txt /opt/prefect/requirements.txt
RUN pip install -r requirements.txt
COPY flows /opt/prefect/flows/

CMD ["sh", "-c", "prefect agent start -q ${PREFECT_QUEUE}"]
