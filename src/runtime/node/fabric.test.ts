import { fabricContract } from "../fabric.contract.ts";
import { createHostedFabric } from "../session/testing/hosted-fabric.ts";
import { overWebSockets } from "../session/testing/over-websockets.ts";
import { overMemory } from "../session/testing/scene.ts";

fabricContract("hosts over memory", (options) => createHostedFabric(options, overMemory));
fabricContract("hosts over WebSockets", (options) => createHostedFabric(options, overWebSockets));
