/** An address that vendors call back at: HTTPS, or HTTP on this machine alone, where a real one reaches nobody. */
export const HTTPS =
  /^(?:https:\/\/[^/?#\s]+|http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?)(?:[/?#]\S*)?$/;
