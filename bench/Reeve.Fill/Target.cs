namespace Reeve.Fill;

/// <summary>A database that takes rows in bulk. Its indexes are taken away first and built again at the end.</summary>
internal abstract class Target : IDisposable
{
    internal abstract void Begin();

    internal abstract Table Open(string table, params string[] columns);

    internal abstract void Finish();

    public abstract void Dispose();
}

/// <summary>Takes the values of each row in the order of the columns.</summary>
internal abstract class Table : IDisposable
{
    internal abstract Table Id(Guid? value);

    internal abstract Table Time(DateTimeOffset? value);

    internal abstract Table Text(string? value);

    internal abstract Table Json(string? value);

    internal abstract Table Number(int value);

    internal abstract Table Real(double value);

    internal abstract Table Flag(bool value);

    internal abstract void EndRow();

    public abstract void Dispose();
}
