/** Tasks for a user's own table: numeric columns in, a class out. Scale columns to similar ranges beforehand. */
import type { Task } from "../task.ts";
import { mlpTask } from "./mlp.ts";
import { softmaxTask } from "./softmax.ts";

export const tabularLogistic: Task = softmaxTask(
  "tabular-logistic",
  "Logistic regression on the columns of a table",
);

export const tabularMlp: Task = mlpTask(
  "tabular-mlp",
  "Perceptron on the columns of a table, two hidden layers of 64 and 32",
  [64, 32],
);
