# A server or a client of Coterie, built from this checkout: `docker build --tag coterie .`, then for example
# `docker run --publish 8787:8787 --volume runs:/work/runs coterie serve mnist --listen 0.0.0.0:8787 --deal`.

FROM node:24-slim AS build
WORKDIR /build
COPY . .
# The runtime's package holds the binaries of all platforms; the image needs those of Linux.
RUN npm ci && npm run build && npm prune --omit=dev \
  && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /opt/coterie
COPY --from=build /build/package.json /build/LICENSE ./
COPY --from=build /build/bin ./bin
COPY --from=build /build/dist ./dist
COPY --from=build /build/recipes ./recipes
COPY --from=build /build/node_modules ./node_modules
RUN mkdir --parents /work/runs /home/node/.config/coterie && chown --recursive node:node /work /home/node/.config

# Own recipes are looked for here, and runs are kept here; a client's identity lies in the home of `node`.
USER node
WORKDIR /work
VOLUME ["/work/runs", "/home/node/.config/coterie"]
EXPOSE 8787
# Of a server on port 8787, whether it does TLS itself or not. The certificate is not checked: it is the server's own.
HEALTHCHECK CMD NODE_TLS_REJECT_UNAUTHORIZED=0 node --no-warnings -e "fetch('https://localhost:8787/healthz').catch(() => fetch('http://localhost:8787/healthz')).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["node", "/opt/coterie/bin/coterie.js"]
CMD ["--help"]
