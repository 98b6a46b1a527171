# OpenCTS as an image. The data are in /data: mount a volume there.
FROM node:22-slim AS build
WORKDIR /opencts
COPY package.json package-lock.json ./
COPY client/package.json client/
COPY server/package.json server/
COPY console/package.json console/
COPY bench/package.json bench/
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build
# What only building and testing needs stays behind.
RUN npm prune --omit=dev --no-audit --no-fund

FROM node:22-slim
ENV NODE_ENV=production OPENCTS_HOST=0.0.0.0 OPENCTS_DATA_DIR=/data
WORKDIR /opencts
COPY --from=build /opencts/package.json ./
COPY --from=build /opencts/node_modules node_modules
COPY --from=build /opencts/client/package.json client/
COPY --from=build /opencts/client/dist client/dist
COPY --from=build /opencts/console/dist console/dist
COPY --from=build /opencts/server/package.json server/
COPY --from=build /opencts/server/node_modules server/node_modules
COPY --from=build /opencts/server/bin server/bin
COPY --from=build /opencts/server/catalogue server/catalogue
COPY --from=build /opencts/server/dist server/dist
RUN ln -s /opencts/server/bin/opencts.js /usr/local/bin/opencts && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8780
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.OPENCTS_PORT ?? 8780}/healthz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "server/bin/opencts.js", "serve"]
