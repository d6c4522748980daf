namespace Reeve.Server.FlowRuns;

/// <summary>Names for runs whose maker gave none: two words, easy to say and to search for.</summary>
internal static class RunNames
{
    private static readonly string[] Qualities =
    [
        "able", "agile", "amber", "ample", "apt", "arctic", "azure", "bold", "brave", "breezy", "bright", "brisk", "calm", "candid", "clever", "coral", "cosmic", "crisp",
        "daring", "dapper", "deft", "eager", "early", "earnest", "fabled", "famous", "fleet", "fond", "frank", "gentle", "gilded", "golden", "grand", "hardy", "hazel",
        "honest", "humble", "indigo", "jolly", "keen", "kind", "lively", "loyal", "lucid", "lucky", "mellow", "merry", "mighty", "modest", "nimble", "noble", "olive",
        "patient", "placid", "plucky", "proud", "quick", "quiet", "rapid", "rosy", "ruby", "sage", "scarlet", "serene", "sharp", "silver", "sleek", "solid", "spry",
        "steady", "stout", "sunny", "swift", "tidy", "tranquil", "true", "upbeat", "valiant", "violet", "vivid", "warm", "wise", "witty", "zesty",
    ];

    private static readonly string[] Beings =
    [
        "adder", "alpaca", "badger", "bat", "bear", "beaver", "bison", "bobcat", "buzzard", "camel", "caribou", "cheetah", "civet", "condor", "corgi", "cougar", "coyote",
        "crane", "cricket", "curlew", "dingo", "dolphin", "dove", "eagle", "egret", "elk", "ermine", "falcon", "ferret", "finch", "fox", "gazelle", "gecko", "gibbon",
        "goose", "grouse", "hare", "hawk", "heron", "hornet", "ibex", "ibis", "jackal", "jaguar", "kestrel", "kite", "koala", "lark", "lemur", "linnet", "llama", "lynx",
        "magpie", "marlin", "marten", "mole", "moose", "newt", "ocelot", "orca", "oriole", "osprey", "otter", "owl", "panda", "pelican", "perch", "pike", "plover", "puffin",
        "quail", "rabbit", "raven", "robin", "salmon", "seal", "shrew", "skua", "sparrow", "squid", "stoat", "stork", "swan", "tapir", "tern", "thrush", "toad", "trout",
        "turtle", "vole", "walrus", "weasel", "whale", "wombat", "wren", "yak", "zebra",
    ];

    internal static string Next() => $"{Qualities[Random.Shared.Next(Qualities.Length)]}-{Beings[Random.Shared.Next(Beings.Length)]}";
}
