import { anonymousSource } from "./anonymousSource";
import { archiveTierDestination } from "./archiveTierDestination";
import { copyCycle } from "./copyCycle";
import { crossRegionCopy } from "./crossRegionCopy";
import { crossTenantCopy } from "./crossTenantCopy";
import { destinationAllowsAnyCopyScope } from "./destinationAllowsAnyCopyScope";
import { destinationAllowsPublicBlobs } from "./destinationAllowsPublicBlobs";
import { destinationAllowsSharedKey } from "./destinationAllowsSharedKey";
import { earlyDeletionFee } from "./earlyDeletionFee";
import { egressCost } from "./egressCost";
import { httpSource } from "./httpSource";
import { incrementalDestinationWritten } from "./incrementalDestinationWritten";
import { largeCopyWithoutTimeout } from "./largeCopyWithoutTimeout";
import { mirrorWithoutSoftDelete } from "./mirrorWithoutSoftDelete";
import { nestedDestination } from "./nestedDestination";
import { overwriteUnderWorm } from "./overwriteUnderWorm";
import { overwriteWithoutProtection } from "./overwriteWithoutProtection";
import { rehydrationWithoutTimeout } from "./rehydrationWithoutTimeout";
import { sameDestination } from "./sameDestination";
import { sasExpiresBeforeTimeout } from "./sasExpiresBeforeTimeout";
import { sasLongLived } from "./sasLongLived";
import { sasNotHttpsOnly } from "./sasNotHttpsOnly";
import { sasWritable } from "./sasWritable";
import { secretInsteadOfEntraId } from "./secretInsteadOfEntraId";
import { sourceHostNotAllowed } from "./sourceHostNotAllowed";
import { unknownRegion } from "./unknownRegion";
import { unknownValues } from "./unknownValues";

/** Every rule, by what it guards: money, data, secrets, time. The last one tells what the others could not decide. */
export const rules = [
    archiveTierDestination,
    crossRegionCopy,
    unknownRegion,
    egressCost,
    earlyDeletionFee,
    overwriteWithoutProtection,
    overwriteUnderWorm,
    mirrorWithoutSoftDelete,
    sameDestination,
    nestedDestination,
    copyCycle,
    incrementalDestinationWritten,
    secretInsteadOfEntraId,
    sasNotHttpsOnly,
    sasWritable,
    sasLongLived,
    sasExpiresBeforeTimeout,
    httpSource,
    sourceHostNotAllowed,
    anonymousSource,
    crossTenantCopy,
    destinationAllowsSharedKey,
    destinationAllowsPublicBlobs,
    destinationAllowsAnyCopyScope,
    rehydrationWithoutTimeout,
    largeCopyWithoutTimeout,
    unknownValues,
] as const;
