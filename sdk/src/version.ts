/** As package.json says it. */
export const sdkVersion = "0.1.0";
