/**
 * Whether a type is the one of this name in azure-native's storage module: in the default API version, in another that the package has, or in
 * a package that was made for one version (`pulumi package add azure-native storage v20240101`).
 */
export function isAzureNativeStorage(type: string, name: string): boolean {
    const pattern = /^azure-native(?::storage(?:\/v\d+(?:preview)?)?|_storage_v\d+(?:preview)?:storage):(\w+)$/;
    return pattern.exec(type)?.[1] === name;
}
