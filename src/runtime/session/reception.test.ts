import { sessionContract } from "./session.contract.ts";
import { overMemory } from "./testing/scene.ts";

sessionContract("memory", overMemory);
