/** Freezes plain data all the way down: a Snapshot that someone changed would lie. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) for (const member of value) deepFreeze(member);
  else {
    for (const key in value) {
      const member = value[key];
      if (typeof member === 'object') deepFreeze(member);
    }
  }
  return Object.freeze(value);
}
