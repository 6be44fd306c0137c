/** What stands below a chart: times of the day, with the day where it changes. */

const two = (value: number): string => String(value).padStart(2, '0');
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * @param splits in seconds since the epoch
 * @param step between two of them, in seconds
 */
export function timeTicks(splits: readonly number[], step: number): string[] {
  let lastDay: number | undefined;
  return splits.map((at) => {
    const date = new Date(at * 1_000);
    const day = `${date.getDate()} ${months[date.getMonth()]}`;
    if (step >= 86_400) return day;
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0 && date.getSeconds() === 0;
    const isNewDay = lastDay !== undefined && lastDay !== date.getDate();
    lastDay = date.getDate();
    if (isMidnight || (isNewDay && step >= 3_600)) return day;
    const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
    return step < 60 ? `${time}:${two(date.getSeconds())}` : time;
  });
}
