import { sayAs } from "../shared/say.mjs";

export const say = sayAs("pulumi");
