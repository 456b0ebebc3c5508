# The image for scalemix submit --engine kubernetes: docker build -t REGISTRY/scalemix . && docker push REGISTRY/scalemix
# Node 24 and the published packages, made from this checkout; nothing of its tools, and no shell profile or npm at work.
FROM node:24-bookworm-slim AS build
WORKDIR /src
COPY . .
RUN npx -y pnpm@12 install --frozen-lockfile \
 && npx -y pnpm@12 build \
 && mkdir /packages \
 && for package in core worker coordinator cli; do (cd packages/$package && npx -y pnpm@12 pack --pack-destination /packages) || exit 1; done

FROM node:24-bookworm-slim
WORKDIR /opt/scalemix
COPY --from=build /packages /packages
RUN npm init --yes >/dev/null \
 && npm install --omit=dev --no-audit --no-fund /packages/*.tgz \
 && npm cache clean --force \
 && rm -rf /packages
USER node
WORKDIR /data
# Node itself: it gets the signals.
ENTRYPOINT ["node", "/opt/scalemix/node_modules/scalemix/bin/scalemix.js"]
CMD ["--help"]
