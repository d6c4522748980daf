namespace Reeve.Settings;

/// <summary>A setting that cannot be used; the message says which, and what to set instead.</summary>
public sealed class SettingsException(string message) : Exception(message);
