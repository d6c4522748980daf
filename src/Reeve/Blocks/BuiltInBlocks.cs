using System.Text.Json;

namespace Reeve;

/// <summary>A secret text: the kind of block <c>secret</c>, which every server has.</summary>
/// <param name="Value">The text.</param>
[Block("secret", Name = "Secret")]
public sealed record SecretBlock(Secret<string> Value);

/// <summary>Any JSON value: the kind of block <c>json</c> of 2.x servers; newer ones have variables for it.</summary>
/// <param name="Value">The value.</param>
[Block("json", Name = "JSON")]
public sealed record JsonBlock(JsonElement Value);

/// <summary>A text: the kind of block <c>string</c> of 2.x servers; newer ones have variables for it.</summary>
/// <param name="Value">The text.</param>
[Block("string", Name = "String")]
public sealed record StringBlock(string Value);

/// <summary>A date with a time: the kind of block <c>date-time</c> of 2.x servers; newer ones have variables for it.</summary>
/// <param name="Value">The moment.</param>
[Block("date-time", Name = "Date Time")]
public sealed record DateTimeBlock(DateTimeOffset Value);

/// <summary>Files in a folder of this machine: the kind of block <c>local-file-system</c>.</summary>
/// <param name="Basepath">The folder that paths are under; null: none.</param>
[Block("local-file-system", Name = "Local File System")]
public sealed record LocalFileSystemBlock(string? Basepath = null);

/// <summary>Files anywhere a file system URL can point to: the kind of block <c>remote-file-system</c>.</summary>
/// <param name="Basepath">The address that paths are under.</param>
/// <param name="Settings">Settings of the file system, as a JSON object.</param>
[Block("remote-file-system", Name = "Remote File System")]
public sealed record RemoteFileSystemBlock(string Basepath, JsonElement? Settings = null);

/// <summary>An HTTP call to an address that may be secret: the kind of block <c>webhook</c>.</summary>
/// <param name="Url">The address.</param>
/// <param name="Method">The HTTP method; default POST.</param>
/// <param name="Headers">The headers of the request; their values are secret.</param>
/// <param name="AllowPrivateUrls">Whether addresses of private networks may be called; default true.</param>
[Block("webhook", Name = "Webhook")]
public sealed record WebhookBlock(Secret<string> Url, string Method = "POST", IReadOnlyDictionary<string, Secret<string>>? Headers = null, bool AllowPrivateUrls = true);

/// <summary>Notifications to a Slack channel: the kind of block <c>slack-webhook</c>.</summary>
/// <param name="Url">The address that Slack gave.</param>
/// <param name="NotifyType">"prefect_default", "info", "success", "warning" or "failure".</param>
/// <param name="AllowPrivateUrls">Whether addresses of private networks may be called; default true.</param>
[Block("slack-webhook", Name = "Slack Webhook")]
public sealed record SlackWebhookBlock(Secret<string> Url, string NotifyType = "prefect_default", bool AllowPrivateUrls = true);
