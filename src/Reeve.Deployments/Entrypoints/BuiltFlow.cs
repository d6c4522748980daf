namespace Reeve.Deployments.Entrypoints;

/// <summary>A program that is ready to run flows.</summary>
/// <param name="AssemblyPath">Its main assembly, an executable one.</param>
/// <param name="ReevePath">The Reeve.dll beside it, whose start-up hook runs the flow.</param>
/// <param name="Flows">The flows it holds.</param>
/// <param name="FromCache">Whether it was there already.</param>
public sealed record BuiltFlow(string AssemblyPath, string ReevePath, IReadOnlyList<FlowManifest> Flows, bool FromCache);
