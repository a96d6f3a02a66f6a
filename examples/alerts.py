"""Reads Earshot's alerts from Kafka, the oldest first. Needs confluent-kafka (pip install confluent-kafka).

    python3 examples/alerts.py localhost:9092
"""
import json
import sys

from confluent_kafka import Consumer


def main(bootstrap: str, topic: str = "earshot.alerts") -> None:
    consumer = Consumer({
        "bootstrap.servers": bootstrap,
        "group.id": "alerts-in-python",
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",  # what is not committed did not happen
    })
    consumer.subscribe([topic])
    try:
        while True:
            record = consumer.poll(1.0)
            if record is None:
                continue
            if record.error():
                raise SystemExit(record.error())
            alert = json.loads(record.value())
            print(alert["time"], record.key().decode(), alert["data"]["severity"], alert["data"]["title"], flush=True)
    finally:
        consumer.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
