namespace PbftReference.EventLog.Stores;

/// <summary>A group that ends once, by commit or by rollback; both are its store's.</summary>
internal sealed class AppendGroup(Action commit, Action rollback) : IAppendGroup
{
    private bool _ended;

    public void Commit()
    {
        if (_ended) throw new InvalidOperationException("this group has ended; begin another one");
        _ended = true;
        commit();
    }

    public void Dispose()
    {
        if (_ended) return;
        _ended = true;
        rollback();
    }
}
