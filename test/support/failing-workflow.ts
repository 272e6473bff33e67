/** An install whose code fails in every workflow task, as that of a version which does not fit the history does. */
export function installAppliance(): Promise<void> {
  throw new Error('no step of this history\n\u001B[2Jis known with token=hunter2hunter2');
}
