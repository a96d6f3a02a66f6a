# Earshot as an image: `docker build -t earshot .` docs/operations.md says how to run it.
FROM debian:12-slim AS build
COPY scripts/setup /src/scripts/setup
RUN /src/scripts/setup
COPY . /src
WORKDIR /src
RUN cmake --preset release && cmake --build --preset release --target earshot

FROM debian:12-slim
COPY scripts/setup /tmp/setup
RUN /tmp/setup run && rm -rf /tmp/setup /var/lib/apt/lists/* \
 && useradd --uid 10001 --home-dir /var/lib/earshot --no-create-home --shell /usr/sbin/nologin earshot \
 && install -d -o earshot -g earshot /var/lib/earshot
COPY --from=build /src/build/release/earshot /opt/earshot/earshot
COPY models/text-2.bin /opt/earshot/models/text-2.bin
COPY deploy/earshot.yaml /etc/earshot/earshot.yaml
USER 10001
WORKDIR /var/lib/earshot
VOLUME /var/lib/earshot
EXPOSE 8080
# A start reads the end of its log first.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:8080/readyz"]
ENTRYPOINT ["/opt/earshot/earshot"]
CMD ["run", "--config", "/etc/earshot/earshot.yaml"]
