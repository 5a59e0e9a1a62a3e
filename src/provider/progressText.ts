import type { CopyProgress } from "../copy/wait";

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** Bytes in the largest unit that leaves at least 1: `4.9 GiB`. */
export function formatBytes(bytes: number): string {
    const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
    const value = bytes / 1024 ** power;
    return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** A time in its two largest units: `2 h 5 min`, `9 s`. */
export function formatTime(milliseconds: number): string {
    const seconds = Math.round(milliseconds / 1_000);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    const days = Math.floor(hours / 24);
    const two = (big: number, bigUnit: string, small: number, smallUnit: string) =>
        small > 0 ? `${big} ${bigUnit} ${small} ${smallUnit}` : `${big} ${bigUnit}`;
    if (days > 0) {
        return two(days, "d", hours % 24, "h");
    }
    if (hours > 0) {
        return two(hours, "h", minutes % 60, "min");
    }
    return minutes > 0 ? two(minutes, "min", seconds % 60, "s") : `${seconds} s`;
}

/**
 * A line such as `copying 43 % · 2.1 of 4.9 GiB · 310 MiB/s · 9 s left`; where the service reports no bytes between
 * none and all, `copying 4.9 GiB by Copy Blob (both ends are in one account) · pending for 12 s`.
 * @param sinceMilliseconds the time since the progress was reported, by which the line moves on
 */
export function progressText(progress: CopyProgress, sinceMilliseconds = 0): string {
    const { copied, total, elapsedMilliseconds, description, plan } = progress;
    const elapsed = elapsedMilliseconds + sinceMilliseconds;
    const parts: string[] = [];
    if (copied > 0 && total && elapsedMilliseconds > 0) {
        const bytesPerMillisecond = copied / elapsedMilliseconds;
        const left = (total - copied) / bytesPerMillisecond - sinceMilliseconds;
        const [amount, unit] = formatBytes(total).split(" ");
        const copiedText = formatBytes(copied);
        const [copiedAmount, copiedUnit] = copiedText.split(" ");
        parts.push(
            `copying ${Math.floor((100 * copied) / total)} %`,
            `${copiedUnit === unit ? copiedAmount : copiedText} of ${amount} ${unit}`,
            `${formatBytes(bytesPerMillisecond * 1_000)}/s`,
            `${formatTime(Math.max(left, 0))} left`,
        );
    } else {
        const by = plan ? ` by ${plan.operation} (${plan.reason})` : "";
        parts.push(`copying${total === undefined ? "" : ` ${formatBytes(total)}`}${by}`);
        if (plan === undefined || plan.operation === "Copy Blob") {
            parts.push(`pending for ${formatTime(elapsed)}`);
        } else if (elapsed >= 1_000) {
            parts.push(`for ${formatTime(elapsed)}`);
        }
    }
    if (description) {
        parts.push(description);
    }
    return parts.join(" · ");
}

/** A line such as `copied 256 MiB in 6 s · 42.7 MiB/s`. */
export function doneText({ total, elapsedMilliseconds }: CopyProgress, sinceMilliseconds: number): string {
    const milliseconds = elapsedMilliseconds + sinceMilliseconds;
    if (total === undefined || milliseconds === 0) {
        return `copied in ${formatTime(milliseconds)}`;
    }
    return `copied ${formatBytes(total)} in ${formatTime(milliseconds)} · ${formatBytes((1_000 * total) / milliseconds)}/s`;
}
