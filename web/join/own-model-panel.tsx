import { Button } from "../shared/button.tsx";
import { Panel } from "../shared/panel.tsx";
import { end, ownModel } from "./participation.ts";
import { saveFile } from "./save-file.ts";

/** What the owner gains from a run in which every device keeps a model of its own. */
export function OwnModelPanel() {
  const model = ownModel.value;
  if (model === null) return null;
  return (
    <Panel title="Your model">
      <p>
        The model of the run {model.run} with the embeddings of this device, after round {model.round}. It was
        trained here, on data that stayed here. {whereabouts(model.isKept)}
      </p>
      <p class="actions">
        <Button onClick={() => saveFile(`own-model-after-round-${model.round}.safetensors`, model.file)}>
          Download your model
        </Button>
      </p>
    </Panel>
  );
}

function whereabouts(isKept: boolean): string {
  const how = end.value;
  if (how !== null && "reason" in how && how.reason === "finished") {
    return "It is kept nowhere else: download it before you close this page.";
  }
  return isKept
    ? "This browser keeps it until the run is finished or you take part in another of its kind: if you come back, you go on from it."
    : "This browser could not keep it: closing or reloading this page loses it.";
}
