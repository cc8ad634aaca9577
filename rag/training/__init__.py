"""Train the generator: records -> episodes -> sequences -> an adapter."""
