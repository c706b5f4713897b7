using RollbackTools.Practice.Cli;

return await PracticeCommands.RunAsync(args);
