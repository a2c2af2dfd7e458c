import { Counter, Gauge, type Registry } from "prom-client";
import type { Service } from "../../run/service.ts";

/** Figures of a served run that its event log does not hold. */
export interface SessionMetrics {
  refused(code: string): void;
  /** From now on the gauges tell of this service. */
  watch(service: Service): void;
}

export function createSessionMetrics(registry: Registry): SessionMetrics {
  const registers = [registry];
  const refusals = new Counter({
    name: "coterie_refused_total",
    help: "Messages and connections that were refused, by code.",
    labelNames: ["code"],
    registers,
  });
  let watched: Service | undefined;
  const gauge = (name: string, help: string, value: (service: Service) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(watched ? value(watched) : 0);
      },
    });
  gauge("coterie_sessions", "Clients with a session.", ({ reception }) => reception.guests().length);
  gauge(
    "coterie_sessions_connected",
    "Clients whose connection stands.",
    ({ reception }) => reception.guests().filter(({ connected }) => connected).length,
  );
  gauge("coterie_clients_ready", "Clients that take part.", ({ clients }) => clients);
  gauge(
    "coterie_handshakes_pending",
    "Connections in their handshake.",
    ({ reception }) => reception.pending,
  );
  gauge(
    "coterie_incoming_bytes",
    "Bytes set aside for large messages on their way in.",
    ({ reception }) => reception.incomingBytes,
  );
  gauge("coterie_round_trip_seconds_max", "Slowest answer to a heartbeat.", ({ reception }) =>
    Math.max(0, ...reception.guests().map(({ roundTrip = 0 }) => roundTrip)),
  );
  return {
    refused: (code) => refusals.inc({ code }),
    watch: (service) => {
      watched = service;
    },
  };
}
