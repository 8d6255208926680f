# syntax=docker/dockerfile:1
# Two stages: the first bundles the operator, the second holds Node, the bundle, and no shell.
#
#   docker build -t pam-operator .
#
# Both images are arguments, so that a mirror or another base can be used. The base needs Node 24 at /nodejs/bin/node.
ARG BUILD_IMAGE=node:24-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${BUILD_IMAGE} AS build
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
# Scripts of packages could run anything; none is needed.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY src ./src
COPY scripts/bundle.ts ./scripts/bundle.ts
RUN node scripts/bundle.ts

FROM ${BASE_IMAGE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="pam-operator" \
      org.opencontainers.image.description="Keeps credentials and SSH keys in Segura PAM Core as declared by custom resources" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=build /src/dist /app
COPY LICENSE /licenses/LICENSE
# By number, so that `runAsNonRoot` can be checked without a look at /etc/passwd.
USER 65532:65532
EXPOSE 8080 8081
# One thread does nearly all of the work; more arenas would only hold memory.
# glibc keeps up to 64 MB of what was freed once a few large blocks were; with a fixed threshold it gives them back.
ENV MALLOC_ARENA_MAX=1 MALLOC_TRIM_THRESHOLD_=131072
# Node itself is PID 1; the program handles SIGTERM and SIGINT. 70 % of the memory limit for the heap, since buffers live
# outside of it. The source maps are there for whoever looks into a stack trace with NODE_OPTIONS=--enable-source-maps;
# to load them always would cost 65 MB.
ENTRYPOINT ["/nodejs/bin/node", "--max-old-space-size-percentage=70", "--max-semi-space-size=4", "/app/main.js"]
