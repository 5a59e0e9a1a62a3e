import { type Case, Cases } from "../case";
import { blockCases } from "./blocks";
import { conditionCases } from "./conditions";
import { containerCases } from "./containers";
import { copyCases } from "./copies";
import { leaseCases } from "./leases";
import { listCases } from "./lists";
import { propertyCases } from "./properties";
import { rangeCases } from "./ranges";
import { sasCases } from "./sas";
import { snapshotCases } from "./snapshots";

/** All cases, always the same ones in the same order. */
export function allCases(): readonly Case[] {
    const cases = new Cases();
    containerCases(cases);
    propertyCases(cases);
    conditionCases(cases);
    leaseCases(cases);
    snapshotCases(cases);
    rangeCases(cases);
    blockCases(cases);
    copyCases(cases);
    listCases(cases);
    sasCases(cases);
    return cases.all;
}
